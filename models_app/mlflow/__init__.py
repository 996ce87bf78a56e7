"""The registry in MLflow's language: the same services and rows, for scripts that use the ``mlflow`` client."""
