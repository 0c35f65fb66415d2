"""A real mail server (aiosmtpd) for the tests. Says its port on the first line, then one JSON line for each
mail: the envelope, the parts, and what the library icalendar reads in them. Ends with its standard input.

Arguments: plain | starttls | tls, then for the latter two the certificate's file and its key's, then
optionally a user and a password without whom nothing is taken."""

import asyncio
import email
import email.policy
import json
import os
import ssl
import sys
import threading

from aiosmtpd.smtp import SMTP, AuthResult
from icalendar import Calendar


def event_of(part):
    calendar = Calendar.from_ical(part.get_payload(decode=True))
    (event,) = calendar.walk("VEVENT")
    return {
        "method": str(calendar["METHOD"]),
        "uid": str(event["UID"]),
        "sequence": int(event["SEQUENCE"]),
        "status": str(event["STATUS"]),
        "start": event["DTSTART"].dt.isoformat(),
        "end": event["DTEND"].dt.isoformat(),
        "summary": str(event["SUMMARY"]),
        "organizer": [str(event["ORGANIZER"]), event["ORGANIZER"].params["CN"]],
        "attendee": [str(event["ATTENDEE"]), event["ATTENDEE"].params["CN"]],
    }


def part_of(part):
    kind = part.get_content_type()
    said = {"type": kind, "method": part.get_param("method"), "file": part.get_filename()}
    if kind in ("text/calendar", "application/ics"):
        said["event"] = event_of(part)
    else:
        said["text"] = part.get_content()
    return said


class Keeper:
    async def handle_DATA(self, server, session, envelope):
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        parts = [part_of(part) for part in mail.walk() if not part.is_multipart()]
        kept = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "subject": mail["Subject"],
            "sender": mail["From"].addresses[0].display_name,
            "id": mail["Message-ID"],
            "secret": session.ssl is not None or TLS == "tls",
            "parts": parts,
            "defects": [str(defect) for defect in mail.defects],
        }
        print(json.dumps(kept), flush=True)
        return "250 taken"


def known(server, session, envelope, mechanism, given):
    right = (given.login, given.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=right, handled=False)


def end_with_input():
    sys.stdin.read()
    os._exit(0)


TLS, FILES, WHO = sys.argv[1], sys.argv[2:4], sys.argv[4:6]
context = None
if TLS != "plain":
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*FILES)
options = {}
if TLS == "starttls":
    options.update(tls_context=context, require_starttls=True)
if WHO:
    USER, PASSWORD = WHO
    options.update(authenticator=known, auth_required=True, auth_require_tls=TLS == "starttls")


async def serve():
    loop = asyncio.get_running_loop()
    secret = context if TLS == "tls" else None
    server = await loop.create_server(
        lambda: SMTP(Keeper(), **options), "127.0.0.1", 0, ssl=secret
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


threading.Thread(target=end_with_input, daemon=True).start()
asyncio.run(serve())
