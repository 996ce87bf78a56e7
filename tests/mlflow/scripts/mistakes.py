"""Makes one mistake after the other; prints the code and the sentence of each refusal."""

from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

client = MlflowClient()

for deed, given in (
    (client.search_registered_models, {"filter_string": "colour = 'red'"}),
    (client.search_model_versions, {"filter_string": "name = 'a' OR name = 'b'"}),
    (client.search_registered_models, {"order_by": ["name", "name"]}),
    (client.search_registered_models, {"page_token": "nowhere"}),
    (client.create_registered_model, {"name": "a/b"}),
    (client.create_registered_model, {"name": "x", "tags": {"a,b": "c"}}),
    (client.create_model_version, {"name": "fraud", "source": "s3://b/../x"}),
    (client.get_model_version, {"name": "fraud", "version": "x"}),
    (client.get_model_version_by_alias, {"name": "fraud", "alias": "nobody"}),
    (client.get_latest_versions, {"name": "fraud", "stages": ["Nowhere"]}),
):
    try:
        deed(**given)
    except MlflowException as refused:
        print(refused.error_code)
    else:
        raise AssertionError(f"{deed} was not refused")
