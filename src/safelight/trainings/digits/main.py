"""Trains a small neural network on scikit-learn's handwritten digits and reports as it learns."""

from __future__ import annotations

import time
from typing import Any

import joblib
import numpy as np
from sklearn.datasets import load_digits
from sklearn.metrics import confusion_matrix, log_loss
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

import safelight

DIGITS = np.arange(10)


def epoch(network: MLPClassifier, x: Any, y: Any, given: dict[str, Any], chance: Any) -> None:
    """Go through all pictures once, each time a little disturbed, in a new order."""
    order = chance.permutation(len(x))
    for start in range(0, len(order), given["batch_size"]):
        batch = order[start : start + given["batch_size"]]
        noise = chance.normal(0, given["noise"], x[batch].shape) if given["noise"] else 0
        network.partial_fit(x[batch] + noise, y[batch], classes=DIGITS)


def main() -> None:
    run = safelight.current()
    given, experiment = run.parameters, run.experiment
    print("::group::Load the pictures")
    x, y = load_digits(return_X_y=True)
    seen, held_out, said, truth = train_test_split(
        x / 16, y, test_size=0.25, stratify=y, random_state=given["seed"]
    )
    print(f"{len(x):,} handwritten digits of 8 x 8 pixels: {len(seen):,} to learn from, "
          f"{len(held_out):,} to judge by")  # fmt: skip
    print("::endgroup::")

    print("::group::Train")
    network = MLPClassifier(
        hidden_layer_sizes=(given["hidden"],),
        learning_rate_init=given["learning_rate"],
        random_state=given["seed"],
    )
    chance = np.random.default_rng(given["seed"])
    accuracy = 0.0
    for number in range(1, given["epochs"] + 1):
        epoch(network, seen, said, given, chance)
        loss = log_loss(said, network.predict_proba(seen), labels=DIGITS)
        guesses = network.predict_proba(held_out)
        held_out_loss = log_loss(truth, guesses, labels=DIGITS)
        accuracy = float((guesses.argmax(axis=1) == truth).mean())
        experiment.log("loss", float(loss))
        experiment.log("validation/loss", float(held_out_loss))
        experiment.log("validation/accuracy", accuracy)
        print(f"epoch {number:>3}  loss {loss:.4f}  validation loss {held_out_loss:.4f}  "
              f"accuracy {accuracy:.1%}")  # fmt: skip
        run.progress(number, given["epochs"], unit="epochs", phase="training")
        time.sleep(given["pause"])
    print("::endgroup::")

    print("::group::Keep the model")
    table = confusion_matrix(truth, network.predict(held_out), labels=DIGITS)
    names = [str(digit) for digit in DIGITS]
    experiment.log("confusion", {"categories": names, "values": table.tolist()}, type="HEATMAP")
    joblib.dump(network, "digits.joblib")
    experiment.store("model", "digits.joblib")
    print("::endgroup::")
    print(f"Done: {accuracy:.1%} of digits it has never seen are read right.")
    run.summary(f"accuracy {accuracy:.1%} after {given['epochs']} epochs")


if __name__ == "__main__":
    main()
