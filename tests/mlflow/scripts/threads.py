"""Eight threads of one process register the very same thing, five times each; prints their numbers."""

from concurrent.futures import ThreadPoolExecutor

from mlflow import MlflowClient

client = MlflowClient()
with ThreadPoolExecutor(8) as threads:
    for version in threads.map(lambda _: client.create_model_version("fraud", "s3://models/fraud"), range(40)):
        print(version.version)
