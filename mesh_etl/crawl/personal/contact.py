"""How people are reached: email addresses, telephone numbers, addresses of their machines."""

from __future__ import annotations

import ipaddress
import re

from mesh_etl.crawl.personal.base import Kind, words

# The addresses that are in use: RFC 5321 without quoted local parts and address literals.
_EMAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)
# ITU-T E.164: a plus, a country and at most fifteen digits; people group them.
_INTERNATIONAL = re.compile(r"(?:\+|00)[1-9](?:[ ()./-]{0,2}[0-9]){6,14}")
_NATIONAL = re.compile(r"\(?[0-9](?:[ ()./-]{0,2}[0-9]){6,14}(?: ?(?:x|ext\.?) ?[0-9]{1,5})?", re.IGNORECASE)
_PHONE = words(
    "phones?", "tel", "telephones?", "mobile", "cell", "fax", "telefon", "handy", "msisdn", "phone_?(?:no|number)"
)


def _ip(text: str) -> bool:
    if not 3 <= len(text) <= 45 or not {".", ":"} & set(text):
        return False
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


EMAIL = Kind("email address", lambda text: bool(_EMAIL.fullmatch(text)), words("e_?mails?", "mail"), 0.001)
PHONE = Kind("telephone number", lambda text: bool(_INTERNATIONAL.fullmatch(text)), _PHONE, 0.05)
NATIONAL_PHONE = Kind("telephone number", lambda text: bool(_NATIONAL.fullmatch(text)), _PHONE, 1.0)
IP_ADDRESS = Kind("IP address", _ip, words("ips?", "ip_?addr(?:ess)?", "remote_?addr", "client_?ip", "host"), 0.01)
