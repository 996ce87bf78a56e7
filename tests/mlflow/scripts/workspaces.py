"""What a caller sees in the workspace that the environment names."""

from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

try:
    print([model.name for model in MlflowClient().search_registered_models()])
except MlflowException as refused:
    print(refused.error_code)
