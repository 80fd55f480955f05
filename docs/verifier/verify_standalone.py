"""Check an opened witnesskit bundle, or a proof, and believe nobody but those you name (README.md beside this file).

Written from docs/spec alone, so that two programs that share nothing must agree. Needs Python 3.11, `cryptography`,
and for timestamps the program openssl. No network. OpenTimestamps and not-before times are left out: they only add.
"""
import argparse, base64, calendar, contextlib, hashlib, json, re, ssl, subprocess, sys
import tempfile, time, types, unicodedata
from pathlib import Path
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

try: from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey
except ImportError: MLDSA44PublicKey = None  # such a key cannot be checked here: UNSIGNED
OK, WARN, UNKNOWN, FAIL = "ok", "warning", "unknown", "failure"
# Codes of steps 0 (the bundle) to 20, and what one makes of the answer: ! nothing, ~ warning, ? unknown, else failure
STEPS = """HASH MANIFEST SIGNATURE BAG-ENTRY,HANDED?,LINE JSON DUPKEY NUMBER CANON NFC NEWER-FORMAT? TORN?
UNKNOWN-FIELD~ PROOF-FILE?,ORIGIN,SEQ,LOGID,ITEM,CLOCK~,ROTATE,NOTE?,UNSIGNED? SIG,TRUNCATED ROOT,OPENING,KEY-TEXT?,
FUTURE? TIMEORDER? QUORUM? PROOF TSA~ WITNESS~ OTS~,REVOKED?,UNTRUSTED? RECEIPT,FORK ROLLBACK,TAIL?,
ALTERED MISSING UNLISTED? VALUE? NOTHING? WITHHELD~ DELETED!,TIME~"""
STATES = {"!": OK, "?": UNKNOWN, "~": WARN}
CODES = {code.rstrip("!?~"): (step, STATES.get(code[-1], FAIL))
         for step, codes in enumerate(STEPS.split(",")) for code in codes.split()}
# Of each type: number of digests / public members / committed names; all may commit `day` and `policy`
SAVED = "at item outcome record_sha256 sealed tool url"
TABLE = """genesis 16/key next origin/enrol kind not_before previous recipients tool;observe 24//+ body_sha256 egress
final_url headers_sha256 name rule source status;ingest 32//+ clock essence media media_type name presentation_sha256
received sha256 size;derive 24//+ essence finding jail media media_type parameters parent parent_sha256
presentation_sha256 removals_sha256 removed sha256 size;transfer 16//bundle capsules counter manifest_sha256 to;
receipt 16//bundle checked copies log missing opened origin result root sender size;recover 8/lost/lost;
close 8//reason successor;note 8//answers copies item kind tool;key 8/auth auth_key key next op since/reason;
access 8//item tool what who why;check 8//bad kind ok problems tool who;anchor 8/file kind size/file kind note
provider;delete 8//authority item scope why;link 8//how item other_item other_log other_n"""
TYPES = {row.split()[0]: [part.split() for part in row.replace("+", SAVED).split("/")] for row in TABLE.split(";")}
LOG_NAME = "wk1/[a-z0-9]{13}"  # a log's, and nobody else's
DAY, HEX64, NAME = "[0-9]{4}-[01][0-9]-[0-3][0-9]", "[0-9a-f]{64}", "[a-z0-9_]{1,32}"
FORM = {"v": "[1-9][0-9]*", "n": "[0-9]+", "by": '"(field|desk)"', "type": '"[a-z][a-z0-9_-]{0,31}"', "x": "{.*}",
    "log": f'"{HEX64}"', "t": f'"(sealed|{DAY}(T[0-2][0-9]:[0-5][0-9]:[0-6][0-9]Z)?)"', "item": '"[0-9a-f]{32}"',
    "sd": r'\[("[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]",?)*\]'}

PUBLIC = {"genesis": {"key": '"(?s:.*)"', "origin": '"(?s:.*)"', "next": f'"{HEX64}"'}, "recover": {"lost": "[0-9]+"},
    "anchor": {"kind": '"(?s:.*)"', "size": "[0-9]+", "file": f'"{HEX64}"'}}

class Refused(Exception):
    """A sentence, a code, a state; code and state may be left to the step that reads."""

def need(good, *told):
    if not good: raise Refused(*told)

def like(pattern, value): return isinstance(value, str) and re.fullmatch(pattern, value) is not None

def sha(data): return hashlib.sha256(data).digest()

def b64(text, url=False):
    data = base64.b64decode(text + "=" * (-len(text) % 4 * url), b"-_" if url else None, validate=True)
    need((base64.urlsafe_b64encode(data).rstrip(b"=") if url else base64.b64encode(data)) == text.encode(),
        "loose base64")
    return data

def canonical(value, levels=16, names="(?s).*"):
    """The RFC 8785 form of a value of the JSON profile (record.md)."""
    need(value is not None and (levels or not isinstance(value, (dict, list))), "null, or nested too deep", "JSON")
    need(not isinstance(value, (int, float)) or (type(value) is not float and abs(value) < 2**53), "not an integer",
        "NUMBER")
    if isinstance(value, list): return "[" + ",".join(canonical(part, levels - 1, names) for part in value) + "]"
    if not isinstance(value, dict): return json.dumps(value, ensure_ascii=False)
    need(all(like(names, name) for name in value), "the form of a key", "LINE")
    parts = [json.dumps(name, ensure_ascii=False) + ":" + canonical(value[name], levels - 1, names) for name in
        sorted(value, key=lambda name: name.encode("utf-16-be"))]
    return "{" + ",".join(parts) + "}"

def read_json(data, levels=16, names="(?s).*"):
    def pairs(found):
        need(len(dict(found)) == len(found), "a key stands twice", "DUPKEY")
        return dict(found)

    def integer(text): return int(text) if like("0|-?[1-9][0-9]{0,15}", text) else 0.5

    try:
        value = json.loads(data.decode(), object_pairs_hook=pairs, parse_int=integer)
        need(canonical(value, levels, names).encode() == data, "not in its one canonical form", "CANON")
        return value
    except (ValueError, RecursionError): raise Refused("not JSON of the profile", "JSON") from None

def read_key(text):
    """(name, key hash, kind, public key) of a verifier key."""
    name, digest, encoded = text.split("+", 2)
    raw = b64(encoded)
    need(like(r"\S{1,255}", name) and len(raw) == {1: 33, 4: 33, 6: 1313}[raw[0]], "not a verifier key")
    need(sha(name.encode() + b"\n" + raw)[:4].hex() == digest, "a verifier key with another key's hash")
    return name, bytes.fromhex(digest), raw[0], raw[1:]

def read_note(text):
    """The text of a signed note; name, key hash and signature of each line."""
    need(len(text.encode()) <= 65536 and not re.search("[\0-\x09\x0b-\x1f\x7f-\x9f]", text),
        "size or control character")
    body, block = text[: text.rindex("\n\n") + 1], text[text.rindex("\n\n") + 2 :]
    lines = [re.fullmatch("— ([^ +]+) ([^ ]+)", line).groups() for line in block.removesuffix("\n").split("\n")]
    need(block.endswith("\n") and len(lines) <= 100 and all(len(b64(value)) > 4 for _, value in lines),
        "not a signed note")
    return body, [(name, b64(value)[:4], b64(value)[4:]) for name, value in lines]

def read_checkpoint(body):
    origin, size, root, rest = body.split("\n")
    need(like("[a-z0-9/._-]{1,64}", origin) and like("0|[1-9][0-9]{0,14}", size) and len(b64(root)) == 32 and not
        rest, "its text")
    return origin, int(size), b64(root)

def signers(keys, body, lines):
    """(key, time told) of each line of these keys; one that does not verify refuses the note (anchor.md)."""
    found = []
    for key, value in [(key, value) for key in keys for name, digest, value in lines if (name, digest) == key[:2]]:
        (name, _, kind, raw), told = key, value[:8] if key[2] > 1 else b""
        number, verifier = int.from_bytes(told, "big"), MLDSA44PublicKey if kind == 6 else ed25519.Ed25519PublicKey
        if not verifier: continue
        try:
            message = (f"cosignature/v1\ntime {number}\n{body}" if kind == 4 else body).encode()
            if kind == 6:
                origin, size, root = read_checkpoint(body)
                message = b"subtree/v1\n\0%c%b%b%c%b%b%b%b" % (len(name.encode()), name.encode(), told, len(origin),
                    origin.encode(), bytes(8), size.to_bytes(8, "big"), root)
            verifier.from_public_bytes(raw).verify(value[len(told) :], message)
        except UnsupportedAlgorithm: continue
        except Exception: raise Refused(f"the signature of {name} does not verify", "SIG") from None
        found.append((key, number))
    return found

def tree(leaves):
    if len(leaves) < 2: return leaves[0] if leaves else sha(b"")
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return sha(b"\1" + tree(leaves[:split]) + tree(leaves[split:]))

def climb(leaf, index, size, path):
    """The root to which an inclusion proof leads."""
    need(index < size and (size > 1) == bool(path), "not as many hashes as there must be")
    split = 1 << max(size - 1, 1).bit_length() - 1
    if size > 1 and index < split: return sha(b"\1" + climb(leaf, index, split, path[:-1]) + path[-1])
    return sha(b"\1" + path[-1] + climb(leaf, index - split, size - split, path[:-1])) if size > 1 else leaf

def der(pem): return ssl.PEM_cert_to_DER_cert(pem.strip())

def stamp(data, notes, roots, more):
    """(authorities, keys above, time) of an RFC 3161 response over one of the notes, by openssl (anchor.md)."""
    need(roots, "no authority was named from outside")
    size = data[1] & 127 if data[1] > 127 else 0
    whole = 2 + size + int.from_bytes(data[2 : 2 + size] or data[1:2], "big")
    need(data[0] == 48 and whole == len(data) <= 65536 and data[2 : 2 + size][:1] != b"\0" and (size != 1 or data[2] >
        127), "not DER")
    with tempfile.TemporaryDirectory() as folder:

        def openssl(*words, tool="ts"):
            return subprocess.run(["openssl", tool, *words], cwd=folder, capture_output=True, timeout=60)

        for name, content in ("tsr", data), ("token", data), ("more", "".join(more).encode()):
            Path(folder, name).write_bytes(content)
        if openssl("-reply", "-in", "tsr", "-text").stdout.startswith(b"Status info:\nStatus: Granted.\n"):
            openssl("-reply", "-in", "tsr", "-token_out", "-out", "token")  # only what is signed is read for the time
        told = openssl("-reply", "-in", "token", "-token_in", "-text").stdout
        when = re.search(rb"\nTime stamp: (\w+ +\d+ [\d:]+)(?:\.\d+)? (\d+) GMT\n", told)
        need(when and b"Hash Algorithm: sha256\n" in told, "not granted, or not about a SHA-256")
        told = openssl("-cmsout", "-print", "-noout", "-inform", "DER", "-in", "token", tool="cms").stdout
        need(re.search(rb"\n    signerInfos:.*?digestAlgorithm: \n +algorithm: sha(256|384|512) ", told, re.DOTALL),
            "not over SHA-2")
        moment = calendar.timegm(time.strptime(b" ".join(when.groups()).decode(), "%b %d %H:%M:%S %Y"))
        words = ["-token_in", *["-untrusted", "more"][: 2 * bool(more)], "-attime", str(moment), "-data", "note",
            "-CAfile", "root"]
        listed = openssl("-print_certs", "-inform", "DER", "-in", "token", tool="pkcs7").stdout
        carried, names = x509.load_pem_x509_certificates(listed) if b"BEGIN" in listed else [], set()
        need(len(carried) <= 16, "more than 16 certificates")
        for note, name in [(note, name) for note in notes if sha(note.encode()) in data for name in roots]:
            Path(folder, "note").write_bytes(note.encode())
            Path(folder, "root").write_bytes(roots[name].encode())
            if openssl("-verify", "-in", "token", *words).returncode == 0: names.add(f"time authority {name}")
    need(names, "of other data, or no signature with a chain to this root, valid at its time")
    return names, keys_above(carried, [x509.load_pem_x509_certificate(pem.encode()) for pem in more]), moment

def keys_above(carried, more):
    """The keys of a token's time stamper, and of those whose certificates issued its, or one above it (anchor.md)."""
    chain = [one for one in carried if any(isinstance(part.value, x509.ExtendedKeyUsage) for part in one.extensions)]
    for one, other in ((one, other) for one in chain for other in [*carried, *more]):  # it grows
        with contextlib.suppress(Exception):
            one.verify_directly_issued_by(other)
            if other not in chain and other.subject != other.issuer: chain.append(other)
    form = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    return {"~" + sha(one.public_key().public_bytes(*form)).hex() for one in chain}

class Case:
    """Those who are trusted from outside, and what was found."""

    def __init__(self, trust):
        self.findings, self.trust, self.keys, self.witnesses, self.quorum, self.ties = [], trust, {}, {}, None, []
        with self.guard("policy", "KEY-TEXT"):
            if trust["policy"]: self.read_policy(trust["policy"])
        for text in trust["keys"]:
            with self.guard("key", "KEY-TEXT"): self.keys[text] = read_key(text)

    def tell(self, code, subject, sentence, state=None):
        self.findings.append((CODES[code][0], state or CODES[code][1], code, subject, sentence))

    @contextlib.contextmanager
    def guard(self, subject, code, state=None):
        """What goes wrong inside is a finding, never a crash. Codes of JSON are told of lines only."""
        try: yield
        except Exception as error:
            why, own, its = ((*error.args, None, None)[:3] if isinstance(error, Refused) else (type(error).__name__,
                None, None))
            own = own if own and (CODES[own][0] != 2 or code == "LINE") else None
            self.tell(own or code, subject, f"{code.lower()}: {why}", its or (None if own else state))

    def read_policy(self, text):
        """C2SP tlog-policy (trust.md); the quorum is a test of a set of public keys."""
        groups, keys, members, quorum = {"none": None}, [], [], []
        need(text.count("\n") <= 1000 and not re.search("[\0-\x08\x0b-\x1f\x7f]", text), "its size or characters")
        for line in [line.split() for line in text.split("\n") if line.strip() and line.strip()[0] != "#"]:
            first, name, *rest = line
            need(first in ("log", "quorum") or name not in groups, "a name that stands there twice")
            if first in ("log", "witness"):
                keys.append(read_key(name if first == "log" else rest.pop(0)))
                need(keys[-1][2] in (6, 1 if first == "log" else 4) and len(rest) < 2, "a line of a key")
                need(len({key[2:] for key in keys}) == len(keys), "a key that stands there twice")
                (self.keys if first == "log" else self.witnesses)[name] = keys[-1]
                if first == "witness": groups[name] = lambda seen, raw=keys[-1][3]: raw in seen
            elif first == "group":
                members, parts = members + rest[1:], [groups[part] for part in rest[1:]]
                need(like("any|all|[1-9][0-9]*", rest[0]) and len({*members}) == len(members), "a group")
                least = {"any": 1, "all": len(parts)}.get(rest[0]) or int(rest[0])
                need(0 < least <= len(parts), "a group of fewer members")
                groups[name] = lambda seen, least=least, parts=parts: sum(part(seen) for part in parts) >= least
            else:
                need(first == "quorum" and not rest and not quorum, "a line that is not known, or a second quorum")
                quorum.append(groups[name])
        (self.quorum,) = quorum

    def read_line(self, line):
        need(len(line) <= 65536, "longer than 65,536 bytes", "JSON")
        event = read_json(line, 4, NAME)
        need(unicodedata.is_normalized("NFC", line.decode()), "not in normal form C", "NFC")
        need(not (type(event.get("v")) is int and event["v"] > 1), "a higher version", "NEWER-FORMAT")
        kind, sd = event["type"], event["sd"]
        for name, form in FORM.items():
            wanted = {"log": event["n"] != 0, "item": kind in ("ingest", "derive") or (kind not in TYPES and name in
                event)}.get(name, True)
            need(like(form, canonical(event[name])) if wanted else name not in event, f"its field {name}")
        need((event["n"] == 0) == (kind == "genesis") and (event["t"] == "sealed") == (event["by"] == "field"),
            "its type or time")
        for name, form in PUBLIC.get(kind, {}).items() if event["x"] or kind != "anchor" else ():
            need(like(form, canonical(event["x"][name])), f"its public member {name}")
        count, public, _ = TYPES.get(kind, [["", len(sd)], event["x"], []])
        need(len(sd) == int(count[1]) and sd == sorted({*sd}), "its digests")
        for name in sorted({*event} - {*FORM} | {*event["x"]} - {*public} | {kind} - {*TYPES}):
            self.tell("UNKNOWN-FIELD", f"event {event['n']}", f"not known to this version: {name}")
        return event

    def open(self, subject, event, texts):
        """The values that openings of one event show."""
        values, twice = {}, set()
        for text in texts:
            with self.guard(subject, "OPENING"):
                salt, name, value = read_json(b64(text, url=True))
                need(len(b64(salt, url=True)) == 16 and like(NAME, name), "not in its form")
                need(base64.urlsafe_b64encode(sha(text.encode())).decode()[:43] in event["sd"],
                    f"it does not commit this {name}")
                twice |= {name} & {*values}
                values[name] = value
                if name not in ["day", "policy", *TYPES.get(event["type"], [0, 0, [name]])[2]]:
                    self.tell("UNKNOWN-FIELD", subject, f"not known to this version: {name}")
        for name in twice: self.tell("OPENING", subject, f"two openings of {name}")
        return {name: value for name, value in values.items() if name not in twice}

    def read_log(self, entry):
        """Steps 2 to 11 and 13 of one log."""
        *lines, torn = "\n".join(entry["lines"]).encode("utf-8", "surrogatepass").split(b"\n")
        log = types.SimpleNamespace(name="log", leaves=[sha(b"\0" + line) for line in lines], events=[], opened={},
            keys=[], signed={}, anchors=entry["anchors"], times=[], cosigned={}, stamped={}, revoked=[], receipts=[],
            attested=0, unproven=set(), others=set())
        log.id, items, newest, following = log.leaves[0].hex() if lines else "", set(), "", ""
        for n, line in enumerate(lines):
            log.events.append(None)
            if n and not log.events[n - 1]: continue  # no line behind one that is not read
            with self.guard(f"event {n}", "LINE"):
                event = log.events[n] = self.read_line(line)
                for code, fault in (("SEQ", event["n"] != n), ("LOGID", n and event.get("log") != log.id),
                        ("ITEM", event.get("item") in items), ("CLOCK", "sealed" != event["t"][:10] < newest)):
                    if fault:
                        self.tell(code, f"event {n}", "its number, log, item or day is not one that may stand here")
                items, newest = items | {event["item"]} if "item" in event else items, max(newest, event["t"][:10])
                if "file" in event["x"]: log.stamped.setdefault(str(event["x"]["file"]), n)
        if torn: self.tell("TORN", "log", f"the last line is cut: {len(torn)} bytes")
        for n, x in [(n, event["x"]) for n, event in enumerate(log.events) if event and event["type"] ==
                ("key" if n else "genesis")]:
            with self.guard(f"event {n}", "ROTATE" if n else "ORIGIN"):
                key = read_key(x["key"])
                need(key[2] == 1 and like(LOG_NAME, key[0]) and like(HEX64, x["next"]),
                    "its key, or the next")
                need(key[0] == (log.name if n else x["origin"]), "a key of another name")
                if n:
                    other, text = read_key(x["auth_key"]), [log.id, str(n), x["op"], x["key"], x["next"], x["since"]]
                    need(like({"revoke": DAY, "rotate": ""}[x["op"]], x["since"]) and other[2] == 1 and
                        sha(x["auth_key"].encode()).hex() == following, "the recovery key did not allow it")
                    text = "\n".join(["witnesskit key v1", *text, ""]).encode()
                    ed25519.Ed25519PublicKey.from_public_bytes(other[3]).verify(b64(x["auth"]), text)
                    log.revoked += [(n, calendar.timegm(time.strptime(x["since"], "%Y-%m-%d")))] if x["since"] else []
                log.keys, following, log.name = [*log.keys, (n + bool(n), key, x["key"])], x["next"], key[0]
        if not lines: self.tell("LINE", "log", "no events", UNKNOWN)
        elif log.events[0] and log.events[0]["type"] != "genesis":
            self.tell("ORIGIN", "log", "no genesis that can be read")
        for note in entry["notes"]:
            with self.guard(log.name, "NOTE"): self.read_signed(log, note)
        lacking = any(told[1:4] == (WARN, "UNSIGNED", log.name) for told in self.findings)
        if not entry["notes"] or (lacking and not log.signed):
            self.tell("UNSIGNED", log.name, "no checkpoint signs this log")
        by = [[text for since, _, text in log.keys if since <= size][-1] for size in log.signed]
        log.direct = any(text in self.keys for text in (by if log.keys[1:] else [text for *_, text in log.keys]))
        return log

    def read_signed(self, log, note):
        """Steps 9 to 11 of one checkpoint."""
        body, lines = read_note(note)
        origin, size, root = read_checkpoint(body)
        need(log.keys and origin == log.name, "a checkpoint of another log", "ORIGIN", UNKNOWN)
        must = [[key for since, key, _ in log.keys if since <= size][-1], *(key for key in self.keys.values() if
            key[::2] == (origin, 6))]
        found = signers([*must, *(key for key in self.keys.values() if key[0] != origin and key[2] == 1)], body,
            lines)
        need((must[0], 0) in found, "the log's key did not sign it", "UNSIGNED")
        need(all((key, 0) in found for key in must), "the log's second key did not sign it", "UNSIGNED", WARN)
        need(size <= len(log.leaves), f"{size} events were signed, {len(log.leaves)} are here", "TRUNCATED")
        need(root == tree(log.leaves[:size]), f"the first {size} events are not those signed", "ROOT")
        log.signed.setdefault(size, []).append((note, body, lines))

    def evidence(self, log):
        """Step 14: what witnesses, time authorities and other logs say of the checkpoints of a trusted log."""
        for _, body, lines in [note for notes in log.signed.values() for note in notes]:
            with self.guard(log.name, "WITNESS"): self.cosignatures(log, body, lines, None)
        for name, data in [(one["name"], base64.b64decode(one["data"])) for one in log.anchors]:
            code = {"tsr": "TSA", "ots": "OTS", "proof": "RECEIPT"}.get(name.rsplit(".")[-1], "WITNESS")
            with self.guard(name, code, WARN):
                parts = re.fullmatch(r"(0|[1-9][0-9]{0,14})\.[a-z0-9][a-z0-9-]{0,31}\.(tsr|cosig|proof)", name)
                need(parts, "of a name or a kind that is not read here")
                size, file = int(parts[1]), sha(data).hex()
                if code == "TSA":
                    pems, notes = self.trust["roots"], [note for note, *_ in log.signed.get(size, [])]
                    need(notes, "about no checkpoint here")
                    names, above, moment = stamp(data, notes, pems, self.trust["intermediates"])
                    self.ties.append(names | above)
                    self.add(log, size, min(names), moment, file)
                elif code == "WITNESS":
                    need(self.cosignatures(log, *read_note(data.decode()), file),
                        "about no checkpoint here, or by nobody who was named")
                else:
                    inner = Case(self.trust)
                    other, n = inner.proof(data)
                    told = {code: why for _, state, code, _, why in inner.findings if state in (UNKNOWN, FAIL) and
                        code != "KEY-TEXT"}
                    code = next((code for code in ("UNTRUSTED", "SIG", "PROOF", "OPENING", *told) if code in told),
                        "")
                    why = f"a receipt of {other.name}: {told.get(code, 'about another log')}"
                    need(code not in ("SIG", "PROOF", "OPENING"), why, "SIG" if code == "SIG" else "PROOF")
                    values = other.opened.get(n, {})
                    need(not code and other.events[n]["type"] == "receipt" and other.name != log.name, why)
                    need((values["log"], values["origin"]) == (log.id, log.name), why)
                    self.compare(log, values, other.name)
                    log.others.add(other.name)
        late = [one for one in log.times for two in log.times if log.stamped.get(two[3], one[0]) < one[0] and two[2] >
            one[2] + 300]
        for one in late:
            self.tell("TIMEORDER", log.name,
                f"{one[1]} tells an earlier time than evidence that its checkpoint names")
        log.times = [one for one in log.times if one not in late]

    def cosignatures(self, log, body, lines, file):
        (origin, size, root), heard = read_checkpoint(body), []
        own = {key[3] for key in self.keys.values() if key[0] == log.name or not like(LOG_NAME, key[0])}
        own |= {key[3] for _, key, _ in log.keys}  # who signs beside a log is no second party
        for key, moment in signers([key for key in self.witnesses.values() if key[3] not in own], body, lines):
            label = next(f"witness {name}" for name, other in self.witnesses.items() if other[3] == key[3])
            if log.leaves and origin == log.name and size <= len(log.leaves):
                need(root == tree(log.leaves[:size]), f"{label} saw another history of {size} events", "FORK")
            if log.leaves and (origin != log.name or size not in log.signed): continue
            heard.append(key)
            log.cosigned.setdefault(size, {})[key[3]] = label
            with self.guard(log.name, "WITNESS"): self.add(log, size, label, moment, file)
        return heard

    def add(self, log, size, label, moment, file):
        need(moment <= (self.trust["now"] or moment) + 86400,
            f"{label} tells a time in the future: it does not count", "FUTURE")
        if moment: log.times.append((size, label, moment, file))

    def compare(self, log, values, name):
        """Does a receipt name exactly the first lines?"""
        size = values["size"]
        need(type(size) is int and size > 0 and isinstance(values["root"], str), "of nothing", "RECEIPT", WARN)
        need(size <= len(log.leaves), f"{name} received {size} events, {len(log.leaves)} are here", "RECEIPT",
            UNKNOWN)
        need(base64.b64encode(tree(log.leaves[:size])).decode() == values["root"],
            f"not the events that {name} received", "RECEIPT")
        return size

    def proof(self, data):
        """Steps 1 to 6 of proof.md: a log of which one line is here."""
        log, index = (types.SimpleNamespace(name="proof", leaves=[], events={}, opened={}, times=[], cosigned={},
            keys=[], receipts=[], others=set(), attested=0, direct=True), 0)
        start = len(self.findings)
        with self.guard("proof", "PROOF-FILE"):
            head, note = data.decode().split("\n\n", 1)
            first, extra, number, *path = head.split("\n")
            need(first == "c2sp.org/tlog-proof@v1" and extra[:6] == "extra " and like("index (0|[1-9][0-9]{0,14})",
                number), "its head")
            brought, path, index = read_json(b64(extra[6:])), [b64(part) for part in path], int(number[6:])
            need({*brought} == {"disclosures", "line"} and len(path) <= 64 and all(len(part) == 32 for part in path),
                "its form")
            need(isinstance(brought["disclosures"], list) and len(data) <= 8585216, "its openings or its size")
            line = brought["line"].encode()
            with self.guard("line", "LINE"):
                event = log.events[index] = self.read_line(line)
                if event["n"] != index: self.tell("SEQ", "line", f"event {index} says n = {event['n']}")
            with self.guard("note", "NOTE"):
                need(log.events, "not read", "NOTE", OK)
                body, lines = read_note(note)
                log.name, size, root = read_checkpoint(body)
                own = [key for key in self.keys.values() if key[::2] == (log.name, 1) and like(LOG_NAME, log.name)]
                with self.guard("note", "UNSIGNED"):
                    found = signers(own, body, lines)
                    need(found, "its signer is not among the keys given from outside", "UNTRUSTED")
                    second = [key for key in self.keys.values() if key[::2] == (log.name, 6)]
                    need({(key, 0) for key in second} <= {*signers(second, body, lines)},
                        "its second key did not sign it", "UNSIGNED")
                if any(code == "UNTRUSTED" for _, _, code, *_ in self.findings): return log, index
                with self.guard("proof", "PROOF"):
                    need(climb(sha(b"\0" + line), index, size, path) == root, "the leaf is not under it")
                log.opened[index] = self.open("line", event, brought["disclosures"])
                if {UNKNOWN, FAIL} & {state for _, state, *_ in self.findings[start:]}: return log, index
                log.attested = size
                self.cosignatures(log, body, lines, None)
                need(not self.quorum or self.quorum(log.cosigned.get(size, {})),
                    "the quorum of witnesses did not cosign it", "QUORUM")
        return log, index

    def not_after(self, log, n):
        """(time, authority), the earliest of each, in their order: event n existed then."""
        later = [(log, n), *((other, at) for other, at, size in log.receipts if size > n)]
        told = [(moment, label) for other, at in later for size, label, moment, _ in other.times if size > at]
        return sorted((moment, label) for label, moment in {label: moment for moment, label in sorted(told,
            reverse=True)}.items())

    def join(self, logs):
        """Authorities between whose timestamps a root or a key is shared are one."""
        groups = []
        for tie in self.ties:
            near = [group for group in groups if group & tie]
            groups = [group for group in groups if not group & tie] + [tie.union(*near)]
        for log in logs:
            log.times = [(size, next((min(group) for group in groups if label in group), label), moment, file)
                for size, label, moment, file in log.times]

    def revoke(self, log):
        """Step 15; asked again once receipts are known."""
        log.unproven = set()
        for end, since in log.revoked:
            log.unproven |= {n for n in range(end) if not [pair for pair in self.not_after(log, n)[1:2] if pair[0] <
                since]}

    def judge(self, case):
        """Steps 1 to 20; what is behind the answer."""
        if not case["logs"]: self.tell("HANDED", "case", "there is no custody log")
        if not case["found"]: self.tell("HANDED", "case", "there is no file")
        everything, by_id, texts = case["expected"]["everything"], {}, {}
        logs = [self.read_log(entry) for entry in case["logs"]]
        for log in logs:
            if any(one != two for one, two in zip(by_id.get(log.id, log).leaves, log.leaves)):
                self.tell("FORK", log.name, "two copies of the log tell two histories")
            by_id[log.id] = max(log, by_id.get(log.id, log), key=lambda one: len(one.leaves))
        for one in case["openings"]: texts.setdefault((one["log"], one["n"]), []).append(one["disclosure"])
        for (log, n), disclosures in texts.items():
            with self.guard(f"event {n}", "OPENING"):
                need(log in by_id, "an opening is of a log that is not here", "OPENING", UNKNOWN)
                need(n in range(len(by_id[log].events)), "of an event that is not here")
                need(by_id[log].events[n], "of an event that is not read", "OPENING", UNKNOWN)
                by_id[log].opened[n] = self.open(f"{by_id[log].name}, event {n}", by_id[log].events[n], disclosures)
        for log in [log for log in logs if log.direct]:
            self.evidence(log)
            sizes = [size for size in log.signed if not self.quorum or self.quorum(log.cosigned.get(size, {}))]
            if self.quorum and not sizes:
                self.tell("QUORUM", log.name, "no checkpoint here was cosigned by the quorum of witnesses")
            log.attested = max(sizes, default=0)
        self.join(logs)
        for log in [log for log in logs if log.direct]: self.revoke(log)
        told = [(log, n, values) for log in by_id.values() for n, values in sorted(log.opened.items()) if
            log.direct and log.events[n]["type"] == "receipt" and n < log.attested and n not in log.unproven]
        for log in logs:
            for other, n, values in told:
                whole = type(values.get("size")) is int and values["size"] > 0 and isinstance(values.get("root"), str)
                if not whole or (values.get("log"), values.get("origin")) != (log.id, log.name): continue
                with self.guard(log.name, "RECEIPT"):
                    log.receipts.append((other, n, self.compare(log, values, other.name)))
            if log.direct: continue
            log.attested = max((size for *_, size in log.receipts), default=0)
            if not log.receipts:
                self.tell("UNTRUSTED", log.name,
                    "its signer was not named from outside, and no trusted log received it")
        for log in [log for log in logs if log.direct or log.receipts]:
            self.revoke(log)
            if log.unproven:
                self.tell("REVOKED", log.name, "events are not proven to be older than the theft of the key", WARN)
        ids = {log.name: log.id for log in logs if log.direct and log.signed}
        for log in logs:
            if log.direct and log.signed and ids[log.name] != log.id:
                self.tell("FORK", log.name, "trusted keys signed two logs of one name")
            size, root = self.trust["remembered"].get(log.name, (0, base64.b64encode(sha(b"")).decode()))
            if size > len(log.leaves):
                self.tell("ROLLBACK", log.name, f"{size} events were seen before", FAIL if everything else UNKNOWN)
            elif base64.b64encode(tree(log.leaves[:size])).decode() != root:
                self.tell("FORK", log.name, f"another history of its first {size} events was seen before")
            if (log.direct or log.receipts) and log.attested < len(log.leaves):
                self.tell("TAIL", log.name, f"events from event {log.attested} on stand on nobody's word", WARN)
        return self.items([*by_id.values()], case["found"], everything, {*case["expected"]["listed"]})

    def items(self, logs, found, everything, listed):
        """Step 19: what opened events commit, and what lies there."""
        opened = [(log, n, log.events[n], values) for log in logs for n, values in sorted(log.opened.items())]
        good, recorded, matched, shown, lying, known = [], set(), set(), set(), {}, {*()}
        for one in found:
            for name in {one["sha256"], one.get("capsule"), one.get("item")} - {None}:
                lying.setdefault(name, []).append(one)
        deletions = [(str(values.get("item")), log.id, n, values.get("scope") in ("file", "both")) for log, n, event,
            values in opened if event["type"] == "delete" and n < log.attested and n not in log.unproven]
        named = {item for item, *_ in deletions}

        def erased(log, n, *items):
            """Deletions of the items behind event n, by its log or by one that received it: of more than openings?"""
            held = [(log.id, n), *((other.id, at) for other, at, size in log.receipts if size > n)] if named & {
                *items} else []
            return {more for item, where, at, more in deletions if item in items and any(where == one and after < at
                for one, after in held)}

        lines = [(log, n, event) for log in logs for n, event in enumerate(log.events) if event and "item" in event]
        counts = {"items": sum(event["type"] == "ingest" for *_, event in lines), "disclosed": 0, "deleted": 0}
        for log, n, event, values in [one for kind in ("observe", "ingest", "derive") for one in opened if
                one[2]["type"] == kind]:
            subject, item, kind, things = (f"{log.name}, event {n}", str(values.get("item") or event.get("item")),
                event["type"], {})
            if "item" in event: shown.add(event["item"])
            with self.guard(subject, "VALUE"):
                pairs = [(part["capsule"], part["sha256"]) for part in values.get("sealed", [])]
                pairs += [("", part["sha256"]) for part in values.get("media", [])]
                pairs += [(place, values[name]) for place, name in (("record", "record_sha256"), ("", "sha256")) if
                    name in values]
                if kind == "observe" and not pairs: continue
                for name, digest in pairs:
                    here = [one for one in lying.get(digest, []) if one["sha256"] == digest and (name == "record" or
                        one.get("capsule", name) == name)]
                    wrong = [one for one in lying.get(name, []) if one.get("capsule") == name and one["sha256"] !=
                        digest]
                    matched |= {id(one) for one in here + wrong}
                    things[name, digest] = ("ALTERED" if wrong else "here" if here else "MISSING" if listed &
                        {name, digest} else "WITHHELD")
                    known |= {name, digest}
                absent = [pair for pair in things if not pair[0] and things[pair] in ("MISSING", "WITHHELD")]
                for pair, one in zip(absent, [one for one in lying.get(item, []) if one.get("item") == item and
                        id(one) not in matched]):
                    things[pair] = "ALTERED"  # what is filed under the item lies in the place of what it commits
                    matched.add(id(one))
                groups = [[things[pair] for pair in things if bool(pair[0]) == sealed] for sealed in (True, False)]
                state = next((one for one in ("ALTERED", "MISSING") if one in things.values()), "here" if
                    any(group and {*group} == {"here"} for group in groups) else "WITHHELD")
                recorded |= ({item} if any(name == "record" and things[name, digest] == "here" for name, digest in
                    things) else set())
                kept = all(things[pair] == "here" for pair in things if pair[0] not in ("", "record"))
                gone = erased(log, n, item, str(values.get("parent")))
                if state in ("MISSING", "WITHHELD") and (True in gone or gone and kept): state = "DELETED"
                elif (state == "WITHHELD" and things and everything and not (kind == "derive" and values.get("parent")
                        in recorded)):
                    state = "MISSING"
                if kind == "ingest": counts["deleted" if state == "DELETED" else "disclosed"] += 1
                for code in {state} | ({"MISSING"} & {*things.values()} if state == "ALTERED" else set()):
                    if code != "here" and (code, kind) != ("WITHHELD", "derive"):
                        self.tell(code, subject, f"what it commits: {code.lower()}")
                if n in log.unproven:
                    self.tell("REVOKED", subject, "not proven to be older than the theft of the key")
                elif n < log.attested and state == "here": good.append((log, n))
                elif n >= log.attested and (log.direct or log.receipts):
                    self.tell("TAIL", subject, "stands on nobody's word")
        for log, n, event in lines:
            if event["item"] not in shown and erased(log, n, event["item"]):
                counts["deleted"] += event["type"] == "ingest"
            elif n not in log.opened:
                self.tell("WITHHELD", f"{log.name}, event {n}", "not opened here", UNKNOWN if everything else WARN)
        for one in found:
            if id(one) not in matched: self.tell("UNLISTED", one["name"], "no opened event commits it")
        for name in listed - known - {*lying}: self.tell("MISSING", name, "it is listed and not here")
        if not good: self.tell("NOTHING", "case", "no item that a trusted log attests is here")
        return counts | {"unopened": counts["items"] - counts["disclosed"] - counts["deleted"]}, good

    def file(self, log, n, found):
        """Step 7 of proof.md; what is behind the answer."""
        with self.guard("file", "VALUE"):
            if not log.attested: return []
            values = log.opened.get(n, {})
            digests = [part["sha256"] for name in ("media", "sealed") for part in values.get(name,
                [])] + [values.get("sha256")]
            need(not found or any(digests), "no digest of a file is opened", "NOTHING")
            need(not found or found["sha256"] in digests, "it commits other files than this one", "ALTERED")
        return [(log, n)]

    def answer(self, good):
        """The answer's line, and its exit status (custody-log.md, "Verification")."""
        states = {state for _, state, *_ in self.findings}
        if FAIL in states: return "CHANGED", 7
        if UNKNOWN in states or not good: return "CANNOT TELL", 8
        behind = [(*((log, n) if log.direct else max(log.receipts, key=lambda one: one[2])[:2]),
            self.not_after(log, n)) for log, n in good]
        proven = all(len(times) > 1 for *_, times in behind)
        days = [time.strftime("%Y-%m-%d", time.gmtime(times[1][0])) if proven else log.opened.get(n, {}).get("day",
            "sealed") if log.events[n]["t"] == "sealed" else log.events[n]["t"][:10] for log, n, times in behind]
        words = sorted({log.name for log, *_ in behind})
        words += sorted({label for *_, times in behind for _, label in times[:2]}) if proven else []
        alone = [log for log, n, times in behind if not times and not log.others and not any(size > n for size in
            log.cosigned)]
        return (f"UNCHANGED since {max(days)}, on the word of {', '.join(words)}" +
            "; one party's word, time unproven" * bool(alone), 0)

def read_bag(bag, case):
    """An opened bundle (bundle.md, from step 4 on) as a case; a damaged file is told and left out."""

    def read(name, digest=None, code="MANIFEST", whole=True):
        path = bag / name
        plain = path.is_file() and not path.is_symlink()
        need(plain or (digest and not path.exists()), f"{name} is no plain file", "BAG-ENTRY")
        with path.open("rb") as file: found = hashlib.file_digest(file, "sha256").hexdigest()
        need(digest in (None, found), f"{name} is not the one that was signed", code)
        return path.read_bytes() if whole else b""

    need(read("bagit.txt") == b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n", "bagit.txt is another",
        "MANIFEST")
    raw, (body, lines) = read("bundle.json"), read_note(read("bundle.sig").decode())
    meta, logs, found, where = read_json(raw.removesuffix(b"\n")), {}, [], {}
    need(meta["format"] == "witnesskit.bundle/1", "a higher version", "NEWER-FORMAT")
    signed = body == f"witnesskit bundle v1\n{sha(raw).hex()}\n" and signers([read_key(meta["sender"])], body, lines)
    need(signed, "bundle.sig is not its sender's over bundle.json", "SIGNATURE")
    if meta["sender"] not in case.keys: case.tell("UNTRUSTED", "bundle", "its sender was not named from outside")
    members = [read_json(line) for line in read("members.jsonl", meta["members_sha256"]).splitlines()]
    manifest = "".join(f"{member['sha256']}  data/{n:08}\n" for n, member in enumerate(members, 1))
    need(read("manifest-sha256.txt", meta["manifest_sha256"]) == manifest.encode(), "two lists of files", "MANIFEST")
    there, names = {path.name for path in (bag / "data").iterdir()}, {f"{n + 1:08}" for n in range(len(members))}
    need(there <= names and not (bag / "data").is_symlink(), "data holds a file that is not listed", "BAG-ENTRY")
    openings, things = [text for one in meta["openings"] for text in one["disclosures"]], []
    for n, one in enumerate(members, 1):
        same = [other for other in members if other.get("item") == one.get("item")]
        paper = one.get("role") == "record" and one["part"] == len(same) == 1  # it holds openings and nothing else
        if one["kind"] in ("capsule", "media", "copy") and not paper: things.append(one)
        with case.guard(f"data/{n:08}", "HASH"):
            kind, name = one["kind"], one.get("name", "")
            data = read(f"data/{n:08}", one["sha256"], "HASH", kind in ("chain", "checkpoint", "anchor", "openings"))
            log = logs.setdefault(one.get("origin"), {"lines": [], "notes": [], "anchors": []})
            need(kind != "chain" or not log["lines"], "two logs of one origin", "MANIFEST")
            if kind == "chain": log["lines"] = data.decode("utf-8", "surrogateescape").split("\n")
            elif kind == "checkpoint" or (kind == "anchor" and name.endswith(".note")):
                log["notes"].append(data.decode())
            elif kind == "anchor": log["anchors"].append({"name": name, "data": base64.b64encode(data).decode()})
            elif kind == "openings":
                openings += [text for line in data.splitlines() for text in read_json(line)["disclosures"]]
            elif one in things: found.append(one | {"name": f"data/{n:08}"})
    logs = [log for log in logs.values() if log["lines"]]
    for lines in [[line.encode("utf-8", "surrogatepass") for line in log["lines"]] for log in logs]:
        for n, line in enumerate(lines):
            where |= {digest: (sha(b"\0" + lines[0]).hex(), n) for digest in re.findall(rb'"([A-Za-z0-9_-]{43})"',
                line)}
    openings = [(text, base64.urlsafe_b64encode(sha(text.encode()))[:43]) for text in openings]
    return {"logs": logs, "found": found, "expected": {"everything": False, "listed": [one[name] for one in things for
        name in ("capsule", "sha256") if name in one]}, "openings": [{"log": where[digest][0], "n": where[digest][1],
        "disclosure": text} for text, digest in openings if digest in where]}

def read_trust(folder, signer):
    """The folder of trust.md, and keys on the command line (a key, or a file that holds one)."""
    paths = [path for path in Path(folder).rglob("*") if not path.is_dir()] if folder else []
    texts = {path.relative_to(folder).as_posix(): path.read_text() for path in paths}
    strange = [name for name in texts if not
        like(r"policy|headers|tsa/[a-z0-9][a-z0-9-]{0,31}\.pem|tsa-int/[^/]+\.pem", name)]
    need(not strange, f"not a file of a trust folder: {', '.join(strange)}")
    roots, more = ({name: texts[name] for name in sorted(texts) if name.startswith(folder)} for folder in
        ("tsa/", "tsa-int/"))
    need(len({der(pem) for pem in roots.values()}) == len(roots), "two authorities with one root certificate")
    need(not any(name.issuer == name.subject for name in map(x509.load_pem_x509_certificate, [pem.encode() for pem in
        more.values()])), "a self-signed intermediate")
    return {"keys": [Path(key).read_text().strip() if Path(key).is_file() else key for key in signer], "policy":
        texts.get("policy", ""), "roots": {Path(name).stem: pem for name, pem in roots.items()}, "intermediates":
        [*more.values()], "remembered": {}, "now": int(time.time())}

def judge(vector):
    """State and codes of a test vector."""
    case, good = Case(vector["trust"]), []
    with case.guard("case", "HANDED"):
        proven = case.proof(b64(vector["proof"])) if "proof" in vector else ()
        good = case.file(*proven, vector.get("found")) if proven else case.judge(vector)[1]
    codes = {code for _, state, code, *_ in case.findings if state != OK and code != "TIME"}
    return case.answer(good)[0].split(" since")[0], sorted(codes)

def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("bag", nargs="?", help="folder of an opened bundle; with --proof the file that it is about")
    options.add_argument("--proof"), options.add_argument("--case"), options.add_argument("--trust")
    options.add_argument("--signer", action="append", default=[])
    asked = options.parse_args()
    if bool(asked.case) + bool(asked.proof) + bool(asked.bag and not asked.proof) != 1:
        options.error("name a bag, --proof or --case")
    for path in (asked.bag, asked.proof, asked.case, asked.trust):
        if path and not Path(path).exists(): options.error(f"there is no {path}")
    if asked.case:
        state, codes = judge(json.loads(Path(asked.case).read_text(encoding="utf-8")))
        return print(state, *codes)
    try: case, counts, good, bundle = Case(read_trust(asked.trust, asked.signer)), {}, [], None
    except Exception as error: options.error(f"the trust folder cannot be used: {error.args[0]}")
    with case.guard("bundle", "MANIFEST"):
        if not asked.proof: bundle = read_bag(Path(asked.bag), case)
    with case.guard("case", "HANDED"):
        if bundle: counts, good = case.judge(bundle)
        if asked.proof:
            with open(asked.bag or asked.proof, "rb") as file: found = hashlib.file_digest(file, "sha256").hexdigest()
            good = case.file(*case.proof(Path(asked.proof).read_bytes()), {"sha256": found} if asked.bag else None)
    answer, status = case.answer(good)
    for finding in sorted(case.findings):
        print(*(str(part).encode("unicode_escape").decode() for part in finding), sep="\t")
    if counts:
        print("{disclosed} of {items} items disclosed, {deleted} deleted, {unopened} unopened".format(**counts))
    print(answer)
    sys.exit(status)

if __name__ == "__main__": main()
