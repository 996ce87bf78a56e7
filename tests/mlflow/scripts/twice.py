"""Registers the same thing twice on purpose, and prints the numbers."""

from mlflow import MlflowClient

client = MlflowClient()
client.create_registered_model("fraud")
for _ in range(2):
    print(client.create_model_version("fraud", "s3://models/fraud").version)
