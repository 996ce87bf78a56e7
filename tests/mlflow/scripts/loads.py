"""Puts a model into S3, registers it, and loads it through the registry: by alias, number, stage and latest."""

import os
import pathlib
import tempfile

import boto3
import mlflow
import pandas as pd
from mlflow import MlflowClient

LOADER = """
class Doubling:
    def predict(self, data, params=None):
        return data * 2


def _load_pyfunc(path):
    return Doubling()
"""
bucket = os.environ["BUCKET"]
s3 = boto3.client("s3", endpoint_url=os.environ["MLFLOW_S3_ENDPOINT_URL"])
s3.create_bucket(Bucket=bucket)

with tempfile.TemporaryDirectory() as home:
    loader = pathlib.Path(home, "doubling.py")
    loader.write_text(LOADER)
    model = pathlib.Path(home, "model")
    mlflow.pyfunc.save_model(
        str(model), loader_module="doubling", code_paths=[str(loader)], pip_requirements=["mlflow-skinny"]
    )
    for file in model.rglob("*"):
        if file.is_file():
            s3.upload_file(str(file), bucket, f"fraud/1/{file.relative_to(model)}")

registered = mlflow.register_model(f"s3://{bucket}/fraud/1", "fraud")
client = MlflowClient()
client.set_registered_model_alias("fraud", "challenger", registered.version)
client.transition_model_version_stage("fraud", registered.version, "Staging")
for reference in ("models:/fraud@challenger", "models:/fraud/1", "models:/fraud/Staging", "models:/fraud/latest"):
    print(mlflow.pyfunc.load_model(reference).predict(pd.DataFrame({"amount": [21]})).amount[0])
copy = client.copy_model_version("models:/fraud@challenger", "fraud-prod")
print(mlflow.pyfunc.load_model("models:/fraud-prod/1").predict(pd.DataFrame({"amount": [21]})).amount[0])
