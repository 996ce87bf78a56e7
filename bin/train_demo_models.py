#!/usr/bin/env python3
"""Trains the demo models and writes down how to register them.

The demo shows real models: each is trained here on data that scikit-learn carries with it (nothing is downloaded),
serialised, read back and measured on rows that it never saw. The result is checked in, so seeding the demo takes no
scikit-learn. The one rule: the same libraries on the same kind of processor give the same bytes (hence the seeds, the
single thread, and no clock). Another processor may round otherwise, which changes digests but hardly a metric.

    pip install -r bin/requirements-demo-models.txt
    bin/train_demo_models.py
"""

import argparse
import hashlib
import io
import json
import logging
from dataclasses import dataclass, field
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Any

import joblib
from lightgbm import LGBMClassifier
from sklearn import datasets, metrics
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import ExtraTreesClassifier, GradientBoostingRegressor, RandomForestClassifier
from sklearn.linear_model import Lasso, LinearRegression, LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier
from threadpoolctl import threadpool_limits

LOG = logging.getLogger("train_demo_models")
OUTPUT = Path(__file__).resolve().parent.parent / "models_app" / "management" / "demo_models.json"
LIBRARIES = ("joblib", "lightgbm", "numpy", "scikit-learn", "scipy")
SEED = 20
SEEDED = {"random_state": SEED}
HELD_OUT = 0.3
# LightGBM adds up in the order in which its threads finish, unless told otherwise.
REPEATABLE = {"deterministic": True, "force_row_wise": True, "n_jobs": 1, "verbosity": -1, **SEEDED}


@dataclass(frozen=True, slots=True)
class Version:
    """An algorithm with its non-default settings. An alias moves: it ends at the last version that claims it."""

    label: str
    note: str
    algorithm: type
    settings: dict[str, Any]
    scaled: bool = field(default=False, kw_only=True)
    alias: str = field(default="", kw_only=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class Model:
    """What the versions of a model share; ``data`` is the end of a ``sklearn.datasets.load_…`` name."""

    team: str
    name: str
    data: str
    owner: str
    target: str
    description: str
    versions: tuple[Version, ...]


# Kept by hand as a table: a line or two a version compare better than ten.
# fmt: off
MODELS = (
    Model(
        team="payments", name="fraud-detector", data="breast_cancer", owner="payments-risk", target="EKS",
        description="Tells two classes apart. A stand-in, not trained on payments: the data is scikit-learn's breast "
        "cancer set, with malignant in the place of fraud.",
        versions=(
            Version("1.0.0", "Decision tree", DecisionTreeClassifier, {"max_depth": 3, **SEEDED}, alias="champion"),
            Version("1.1.0", "Random forest", RandomForestClassifier, {"n_estimators": 60, **SEEDED}, alias="champion"),
            Version("1.2.0", "Logistic regression", LogisticRegression, {"C": 0.5}, scaled=True, alias="champion"),
            Version("2.0.0-rc.1", "Gradient boosting with few, small trees", LGBMClassifier,
                    {"n_estimators": 40, "num_leaves": 4, **REPEATABLE}, alias="challenger"),
            Version("2.0.0", "Gradient boosting with more trees at a lower rate", LGBMClassifier,
                    {"learning_rate": 0.05, "n_estimators": 250, "num_leaves": 6, **REPEATABLE}, alias="challenger"),
    )),
    Model(
        team="payments", name="basket-value", data="diabetes", owner="payments-insights", target="Lambda",
        description="Predicts a number. A stand-in, not trained on baskets: the data is scikit-learn's diabetes set, "
        "with the disease's progression after one year in the place of the value.",
        versions=(
            Version("v1", "Least squares as the baseline", LinearRegression, {}),
            Version("v2", "Lasso, which drops features that add little", Lasso, {"alpha": 0.1}, alias="champion"),
            Version("v3", "Gradient boosting with stumps", GradientBoostingRegressor,
                    {"max_depth": 1, "n_estimators": 200, **SEEDED}, alias="challenger"),
    )),
    Model(
        team="vision", name="digit-reader", data="digits", owner="vision-documents", target="EKS",
        description="Reads a handwritten digit (0 to 9) from 8 by 8 grey pixels. Trained on scikit-learn's digits set.",
        versions=(
            Version("1", "Naive Bayes as the baseline", GaussianNB, {}),
            Version("2", "Logistic regression", LogisticRegression, {"C": 0.1, "max_iter": 500}, scaled=True),
            Version("3", "Extra trees", ExtraTreesClassifier, {"n_estimators": 120, **SEEDED}, alias="champion"),
            Version("4", "A neural network with one hidden layer", MLPClassifier,
                    {"hidden_layer_sizes": [96], "max_iter": 400, **SEEDED}, scaled=True, alias="challenger"),
    )),
    Model(
        team="vision", name="iris-classifier", data="iris", owner="vision-botany", target="Lambda",
        description="Names the species of an iris (0 setosa, 1 versicolor, 2 virginica) by the length and width of "
        "its sepals and petals. Trained on scikit-learn's iris set.",
        versions=(
            Version("2026-09-01", "A small decision tree", DecisionTreeClassifier, {"max_depth": 2, **SEEDED}),
            Version("2026-10-01", "The five nearest neighbours", KNeighborsClassifier, {}),
            Version("2026-11-01", "Linear discriminant analysis", LinearDiscriminantAnalysis, {}, alias="champion"),
    )),
    Model(
        team="vision", name="wine-cultivar", data="wine", owner="vision-botany", target="Lambda",
        description="Tells a wine's cultivar (of three) by its chemical analysis. Trained on scikit-learn's wine set.",
        versions=(
            Version("1.0.0", "Nearest neighbours by Manhattan distance", KNeighborsClassifier, {"p": 1}),
            Version("1.0.1", "Features scaled first", KNeighborsClassifier, {"p": 1}, scaled=True, alias="champion"),
    )),
    Model(
        team="vision", name="tumour-screening", data="breast_cancer", owner="vision-health", target="EKS",
        description="Tells malignant (1) from benign (0) breast tumours by measures taken from images of cell nuclei. "
        "Trained on scikit-learn's breast cancer set. A demo, not for medical use.",
        versions=(
            Version("0.9.0", "Naive Bayes as the baseline", GaussianNB, {}),
            Version("1.0.0", "A neural network with one hidden layer", MLPClassifier,
                    {"hidden_layer_sizes": [16], "max_iter": 600, **SEEDED}, scaled=True, alias="champion"),
    )),
)
# fmt: on


def load(data: str) -> Any:
    """A bundle of scikit-learn's, with 1 for malignant: it has it as 0, but that is the class to find."""
    bundle = getattr(datasets, f"load_{data}")()
    if data == "breast_cancer":
        bundle.target = 1 - bundle.target
    return bundle


def measure(model: Any, features: Any, truth: Any) -> dict[str, float]:
    """How good a model is on the rows given; f1 and roc_auc of more than two classes are means over the classes."""
    predicted = model.predict(features)
    if not hasattr(model, "predict_proba"):
        return {
            "mae": metrics.mean_absolute_error(truth, predicted),
            "r2": metrics.r2_score(truth, predicted),
            "rmse": metrics.root_mean_squared_error(truth, predicted),
        }
    probabilities = model.predict_proba(features)
    binary = set(truth) == {0, 1}
    scores = probabilities[:, 1] if binary else probabilities
    return {
        "accuracy": metrics.accuracy_score(truth, predicted),
        "f1": metrics.f1_score(truth, predicted, average="binary" if binary else "macro"),
        "log_loss": metrics.log_loss(truth, probabilities),
        "roc_auc": metrics.roc_auc_score(truth, scores, multi_class="ovr"),
    }


def signature(bundle: Any) -> dict[str, Any]:
    """The model's inputs and outputs in MLflow's terms: a tensor for images, else columns by their names."""
    if "images" in bundle:
        return {
            "inputs": [{"type": "tensor", "tensor-spec": {"dtype": "float64", "shape": [-1, bundle.data.shape[1]]}}],
            "outputs": [{"type": "tensor", "tensor-spec": {"dtype": "int64", "shape": [-1]}}],
        }
    answer = "long" if "target_names" in bundle else "double"
    return {
        "inputs": [{"name": str(name), "type": "double", "required": True} for name in bundle.feature_names],
        "outputs": [{"name": "prediction", "type": answer, "required": True}],
    }


def train(version: Version, bundle: Any) -> tuple[bytes, dict[str, float]]:
    """Trains one version; gives its bytes and its metrics on held-out rows, in which each class keeps its share."""
    classes = bundle.target if "target_names" in bundle else None
    seen, unseen, seen_truth, unseen_truth = train_test_split(
        bundle.data, bundle.target, test_size=HELD_OUT, random_state=SEED, stratify=classes
    )
    estimator = version.algorithm(**version.settings)
    pipeline = make_pipeline(StandardScaler(), estimator) if version.scaled else make_pipeline(estimator)
    buffer = io.BytesIO()
    joblib.dump(pipeline.fit(seen, seen_truth), buffer)
    artifact = buffer.getvalue()
    # Measured is what would be served: the model as it reads back from its bytes.
    measured = measure(joblib.load(io.BytesIO(artifact)), unseen, unseen_truth)
    return artifact, {name: round(float(value), 6) for name, value in measured.items()}


def registration(model: Model, version: Version) -> dict[str, Any]:
    """Trains one version and says how to register it: team, body of ``POST /api/v1/models``, aliases to set then."""
    bundle = load(model.data)
    artifact, measured = train(version, bundle)
    task = "classification" if "target_names" in bundle else "regression"
    framework = "lightgbm" if version.algorithm is LGBMClassifier else "scikit-learn"
    rows, columns = bundle.data.shape
    dataset = {"name": f"sklearn.datasets.load_{model.data}", "rows": rows}
    body = {
        "modelName": model.name,
        "version": version.label,
        "framework": framework,
        "frameworkVersion": installed_version(framework),
        "s3Uri": f"s3://model-registry-demo/{model.team}/{model.name}/{version.label}/model.joblib",
        "sha256": hashlib.sha256(artifact).hexdigest(),
        "sizeBytes": len(artifact),
        "deploymentTarget": model.target,
        "description": f"{version.note}. {model.description}",
        "metadata": {
            "algorithm": version.algorithm.__name__,
            "features": [str(name) for name in bundle.feature_names],
            "hyperparameters": version.settings,
            "preprocessing": ["StandardScaler"] if version.scaled else [],
            "trainingDataset": {**dataset, "features": columns, "split": {"heldOut": HELD_OUT}, "seed": SEED},
        },
        "metrics": measured,
        "tags": {"dataset": model.data, "owner": model.owner, "task": task},
        "signature": signature(bundle),
        "lineage": {"datasets": [dataset], "parents": []},
    }
    return {"team": model.team, "body": body, "aliases": [version.alias] if version.alias else []}


def main() -> None:
    """Trains every version in the order of registration and writes the file."""
    parser = argparse.ArgumentParser(description="Trains the demo models and writes down how to register them.")
    parser.add_argument("--output", type=Path, default=OUTPUT, help="the file to write (default: %(default)s)")
    output: Path = parser.parse_args().output
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    registrations = []
    with threadpool_limits(limits=1):
        for model in MODELS:
            for version in model.versions:
                made = registration(model, version)
                registrations.append(made)
                size, measured = made["body"]["sizeBytes"], made["body"]["metrics"]
                LOG.info("%s.%s %s: %d bytes, %s", model.team, model.name, version.label, size, measured)
    result = {"trainedWith": {name: installed_version(name) for name in LIBRARIES}, "models": registrations}
    output.write_text(json.dumps(result, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    LOG.info("Wrote %d versions of %d models to %s", len(registrations), len(MODELS), output)


if __name__ == "__main__":
    main()
