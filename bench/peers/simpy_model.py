"""The two models of bench/rehearse.ts in SimPy: a queue with c desks, and the fifteen-step maintenance.

Usage: simpy_model.py queue CUSTOMERS DESKS LOAD | simpy_model.py maintenance NODES SCENARIOS
Prints one JSON document: CPU seconds, and a figure by which the models can be told to be the same.
"""

import json
import math
import random
import sys
import time

import simpy

MINUTES = (2, 12, 8, 4, 11, 6, 3, 9, 5, 7, 4, 10, 8, 5)
USES = {2: "image-server", 4: "image-server", 6: "bmc"}
FAILS_AT, FAILS = 12, 0.02
LOG_SD, BETWEEN = 0.3, 0.15


def queue(customers, desks, load):
    rng = random.Random(1)
    env = simpy.Environment()
    desk = simpy.Resource(env, desks)
    waited = 0.0

    def customer(arrival):
        nonlocal waited
        yield env.timeout(arrival)
        came = env.now
        with desk.request() as place:
            yield place
            waited += env.now - came
            yield env.timeout(rng.expovariate(1.0))

    began = time.process_time()
    arrival = 0.0
    for _ in range(customers):
        arrival += rng.expovariate(load * desks)
        env.process(customer(arrival))
    env.run()
    return {"cpuSeconds": time.process_time() - began, "wait": waited / customers}


def maintenance(nodes, scenario):
    rng = random.Random(scenario)
    env = simpy.Environment()
    places = {
        "image-server": simpy.Resource(env, max(1, round(0.05 * nodes))),
        "bmc": simpy.Resource(env, max(1, round(0.06 * nodes))),
    }
    crew = simpy.Resource(env, max(1, round(0.0012 * nodes)))
    medians = [minutes * math.exp(rng.gauss(0, BETWEEN)) for minutes in (3, *MINUTES, 0.1)]
    back = []

    def node():
        for step, median in enumerate(medians):
            takes = rng.lognormvariate(math.log(median), LOG_SD)
            name = USES.get(step)
            if name is None:
                yield env.timeout(takes)
            else:
                with places[name].request() as place:
                    yield place
                    yield env.timeout(takes)
            if step == FAILS_AT and rng.random() < FAILS:
                with crew.request() as person:
                    yield person
                    yield env.timeout(rng.lognormvariate(math.log(45), 0.9))
        back.append(env.now)

    for _ in range(nodes):
        env.process(node())
    env.run()
    back.sort()
    return back[math.ceil(0.5 * nodes) - 1]


def main():
    what, *numbers = sys.argv[1:]
    if what == "queue":
        customers, desks, load = int(numbers[0]), int(numbers[1]), float(numbers[2])
        answer = queue(customers, desks, load)
    else:
        nodes, scenarios = int(numbers[0]), int(numbers[1])
        began = time.process_time()
        halves = [maintenance(nodes, scenario) for scenario in range(scenarios)]
        answer = {"cpuSeconds": (time.process_time() - began) / scenarios, "t50Min": sum(halves) / scenarios}
    print(json.dumps({**answer, "version": simpy.__version__}))


main()
