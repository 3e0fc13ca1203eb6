"""Fits a line to noisy points. Each number it logs is a point of a live chart."""

import json
import random
import time

import safelight

run = safelight.current()
epochs, rate = run.parameters["epochs"], run.parameters["learning_rate"]
chance = random.Random(0)
points = [(x / 10, 3 * x / 10 + 2 + chance.gauss(0, 0.3)) for x in range(-10, 11)]

slope, offset = 0.0, 0.0
for epoch in range(1, epochs + 1):
    errors = [(slope * x + offset - y, x) for x, y in points]
    slope -= rate * 2 * sum(error * x for error, x in errors) / len(points)
    offset -= rate * 2 * sum(error for error, _ in errors) / len(points)
    loss = sum(error**2 for error, _ in errors) / len(points)
    run.experiment.log("loss", loss)
    print(f"epoch {epoch}: loss {loss:.4f}")
    run.progress(epoch, epochs, unit="epochs")
    time.sleep(0.1)

with open("line.json", "w") as file:
    json.dump({"slope": slope, "offset": offset}, file)
run.experiment.store("line", "line.json")
run.summary(f"y = {slope:.2f} x + {offset:.2f}")
