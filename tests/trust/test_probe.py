import pytest, time, os
from tests.trust.matrix import *

pytestmark = pytest.mark.django_db


def test_probe(world):
    policy = Policy.kept()
    asked = addresses(world)
    missing = [o.name for o in asked if not policy.covers(o.name)]
    print("MISSING", missing)
    asked = [o for o in asked if policy.covers(o.name)]
    out = open("/tmp/probe.out", "w")
    for relation in os.environ["REL"].split(","):
        for actor in ACTORS:
            t = time.time()
            with nothing_kept():
                for d in differences(policy, Stage(world, relation), actor, asked):
                    out.write(d + "\n")
                    out.flush()
            out.write(f"## {relation} {actor} {time.time() - t:.1f}\n")
            out.flush()
