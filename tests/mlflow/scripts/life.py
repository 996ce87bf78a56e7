"""A model's life as scripts live it. Run by MLflow's own client; each assert is a promise of the face."""

import mlflow
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

client = MlflowClient()


def refusal(deed, *arguments, **named):
    """The code and text of what must be refused."""
    try:
        deed(*arguments, **named)
    except MlflowException as refused:
        return refused.error_code, str(refused).partition(": ")[2]
    raise AssertionError(f"{deed} was not refused")


# Registering
assert mlflow.register_model("s3://models/fraud/1", "fraud", tags={"owner": "risk"}).version == "1"
assert mlflow.register_model("s3://models/fraud/2", "fraud").version == "2"
assert client.get_model_version("fraud", "1").tags == {"owner": "risk"}
assert client.get_model_version_download_uri("fraud", "2") == "s3://models/fraud/2"
logged = client.create_model_version("fraud", "models:/m-0123456789abcdef", run_id="4f2a")
assert client.get_model_version_download_uri("fraud", logged.version) == "models:/m-0123456789abcdef"
assert client.get_model_version("fraud", "3").run_id == "4f2a"

# Aliases
client.set_registered_model_alias("fraud", "challenger", "2")
assert client.get_model_version_by_alias("fraud", "challenger").version == "2"
assert client.get_model_version_by_alias("fraud", "latest").version == "3"
assert client.get_registered_model("fraud").aliases == {"challenger": "2"}
client.set_registered_model_alias("fraud", "shadow", "2")
client.delete_registered_model_alias("fraud", "shadow")
client.delete_registered_model_alias("fraud", "shadow")

# Tags and descriptions
client.set_registered_model_tag("fraud", "domain", "cards")
client.set_model_version_tag("fraud", "1", "checked by", "ada")
assert client.get_registered_model("fraud").tags == {"domain": "cards"}
assert client.get_model_version("fraud", "1").tags == {"owner": "risk", "checked by": "ada"}
client.delete_registered_model_tag("fraud", "domain")
client.delete_model_version_tag("fraud", "1", "checked by")
client.delete_model_version_tag("fraud", "1", "never there")
assert client.get_registered_model("fraud").tags == {}
client.update_registered_model("fraud", "Card fraud")
client.update_model_version("fraud", "1", "Trained on October")
assert client.get_registered_model("fraud").description == "Card fraud"
assert client.get_model_version("fraud", "1").description == "Trained on October"

# Stages
client.transition_model_version_stage("fraud", "1", "Production")
client.transition_model_version_stage("fraud", "2", "production", archive_existing_versions=True)
assert [(v.version, v.current_stage) for v in client.get_latest_versions("fraud", ["Production"])] == [
    ("2", "Production")
]
assert client.get_model_version("fraud", "1").current_stage == "Archived"
assert {v.current_stage for v in client.get_registered_model("fraud").latest_versions} == {
    "None",
    "Production",
    "Archived",
}

# Copying, with the origin's artifact
copy = client.copy_model_version("models:/fraud@challenger", "fraud-prod")
assert (copy.version, copy.source) == ("1", "models:/fraud/2")
assert client.get_model_version_download_uri("fraud-prod", "1") == "s3://models/fraud/2"

# Searching
assert [model.name for model in client.search_registered_models()] == ["fraud", "fraud-prod"]
assert [model.name for model in client.search_registered_models("name LIKE 'fraud-%'")] == ["fraud-prod"]
assert [model.name for model in client.search_registered_models(order_by=["name DESC"])] == ["fraud-prod", "fraud"]
page = client.search_registered_models(max_results=1)
assert [model.name for model in page] == ["fraud"]
page = client.search_registered_models(max_results=1, page_token=page.token)
assert ([model.name for model in page], page.token) == (["fraud-prod"], "")
assert [v.version for v in client.search_model_versions("name = 'fraud'", order_by=["version_number ASC"])] == [
    *("1", "2", "3")
]
assert [v.version for v in client.search_model_versions("name = 'fraud' AND tag.owner = 'risk'")] == ["1"]
assert [v.version for v in client.search_model_versions("run_id = '4f2a'")] == ["3"]
assert len(client.search_model_versions()) == 4

# Prompts
text = "Hello {{name}}. " + "é" * 90_000
prompt = mlflow.genai.register_prompt(name="greeting", template=text)
assert mlflow.genai.load_prompt("greeting", version=prompt.version).template == text
assert [found.name for found in mlflow.genai.search_prompts()] == ["greeting"]
assert "greeting" not in {model.name for model in client.search_registered_models()}
assert len(client.search_model_versions()) == 4

# Deleting a version takes its aliases along, and its number is not given out again
client.delete_model_version("fraud", "3")
client.delete_model_version("fraud", "2")
assert client.get_registered_model("fraud").aliases == {}
assert mlflow.register_model("s3://models/fraud/4", "fraud").version == "4"

# Refusals
print(refusal(client.get_registered_model, "nope"))
print(refusal(client.create_registered_model, "fraud"))
print(refusal(client.get_model_version, "fraud", "9"))
print(refusal(client.get_model_version, "fraud", "abc"))
print(refusal(client.get_model_version_by_alias, "fraud", "champion"))
print(refusal(client.search_registered_models, "colour = 'red'")[0])
print(refusal(client.search_registered_models, page_token="nowhere")[0])
print(refusal(client.create_model_version, "fraud", "/tmp/model")[0])
print(refusal(client.create_model_version, "nope", "s3://models/nope"))
