import json

from cases.models import Consultation, Role
from cases.permissions import ALLOWED
from tests.web.test_pages import addresses


def test_gen(world):
    roles = (
        Role.FIRST_LINE_MANAGER,
        Role.CASEWORKER,
        Role.SENIOR_MANAGER,
        Role.PERFORMANCE_OFFICER,
        Role.ADMINISTRATOR,
        Role.INFORMATION_GOVERNANCE,
    )
    clients = {r: world.client(r) for r in roles}
    out = {}
    for name, address in addresses(world):
        short = name.split(" ")[0]
        if short in ALLOWED:
            continue
        for role, client in clients.items():
            n = Consultation.objects.count()
            a = client.get(address)
            if a.streaming:
                b"".join(a.streaming_content)
            if a.status_code == 200:
                rows = list(Consultation.objects.order_by("-pk")[: Consultation.objects.count() - n])
                out[short] = ["record" if r.case_id else "list" for r in rows] + [r.kind for r in rows]
                break
    open("/tmp/trust/ret_urls.json", "w").write(json.dumps(out, indent=0))
