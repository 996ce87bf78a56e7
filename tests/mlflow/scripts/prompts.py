"""A prompt's life: two versions, an alias, tags, a chat, and the longest text that there is."""

import mlflow
from mlflow.exceptions import MlflowException

genai = mlflow.genai

first = genai.register_prompt("greeting", "Hello {{name}}.", commit_message="first", tags={"tone": "plain"})
second = genai.register_prompt("greeting", "Dear {{name}},")
assert (first.version, second.version) == (1, 2)
assert genai.load_prompt("prompts:/greeting/1").template == "Hello {{name}}."
assert genai.load_prompt("greeting").template == "Dear {{name}},"
assert genai.load_prompt("prompts:/greeting/1").commit_message == "first"
assert genai.load_prompt("prompts:/greeting/1").tags["tone"] == "plain"
assert genai.load_prompt("greeting", version=2).format(name="Ada") == "Dear Ada,"

genai.set_prompt_alias("greeting", alias="live", version=1)
assert genai.load_prompt("prompts:/greeting@live").version == 1
genai.set_prompt_alias("greeting", alias="live", version=2)
assert genai.load_prompt("prompts:/greeting@live").version == 2
genai.delete_prompt_alias("greeting", alias="live")

genai.set_prompt_tag("greeting", "owner", "support")
genai.set_prompt_version_tag("greeting", 1, "reviewed", "yes")
assert genai.load_prompt("prompts:/greeting/1", cache_ttl_seconds=0).tags["reviewed"] == "yes"

genai.register_prompt("chat", [{"role": "user", "content": "What is {{thing}}?"}])
assert genai.load_prompt("chat", version=1).template == [{"role": "user", "content": "What is {{thing}}?"}]

longest = "é" * 100_000
assert genai.register_prompt("long", longest).version == 1
assert genai.load_prompt("long", version=1).template == longest
try:
    genai.register_prompt("long", longest + "!")
except MlflowException as refused:
    print(refused.error_code)

assert [prompt.name for prompt in genai.search_prompts()] == ["chat", "greeting", "long"]
assert [prompt.name for prompt in genai.search_prompts("name = 'chat'")] == ["chat"]
client = mlflow.MlflowClient()
assert client.search_registered_models() == []
assert client.search_model_versions() == []
client.delete_prompt_version("greeting", "1")
try:
    genai.load_prompt("prompts:/greeting/1", cache_ttl_seconds=0)
except MlflowException as refused:
    print(refused.error_code)
