"""Says hello. Whatever it prints is in the job's log; `x of y` bars become the job's progress."""

import time

import safelight

run = safelight.current()
name, steps = run.parameters["name"], run.parameters["steps"]

print("::group::Get ready")
print(f"This is {run.name} on {run.target.dataset.name}/{run.target.name}.")
print("::endgroup::")

print("::group::Say hello")
for step in range(1, steps + 1):
    print(f"Hello {name}, for the {step}. time")
    run.progress(step, steps, unit="greetings")
    time.sleep(1)
print("::endgroup::")
