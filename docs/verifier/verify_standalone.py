"""Check an opened witnesskit bundle, or a proof, and believe nobody but those you name (README.md beside this file).
Written from docs/spec alone, so that two programs that share nothing must agree; "step" is one of custody-log.md.
"""
import argparse, base64, calendar, collections, contextlib, hashlib, json, re, subprocess, sys, tempfile, time
from pathlib import Path
from unicodedata import is_normalized
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.x509 import load_pem_x509_certificate, load_pem_x509_certificates
try: from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey
except ImportError: MLDSA44PublicKey = None  # such a key cannot be checked here: UNSIGNED

# The codes of steps 0 (the bundle or the proof itself) to 19: ! changes no answer, ~ warns, ? is unknown, others fail
OK, WARN, UNKNOWN, FAIL = "ok", "warning", "unknown", "failure"
STEPS = """HASH MANIFEST SIGNATURE BAG-ENTRY PROOF-FILE?/HANDED?/LINE JSON DUPKEY NUMBER CANON NFC NEWER-FORMAT?
TORN? SIZE? UNKNOWN-FIELD~/ORIGIN/SEQ/LOGID/ITEM/CLOCK~/ROTATE/NOTE?/UNSIGNED? SIG/TRUNCATED
ROOT/OPENING/KEY-TEXT?/PROOF FUTURE? TIMEORDER? QUORUM? TSA~ WITNESS~ OTS~/REVOKED?/UNTRUSTED? RECEIPT/FORK
ROLLBACK/TAIL?/ALTERED MISSING UNLISTED? VALUE? NOTHING? WITHHELD~ DELETED! FILES!"""
CODES = {code.rstrip("!?~"): (step, {"!": OK, "?": UNKNOWN, "~": WARN}.get(code[-1], FAIL))
    for step, codes in enumerate(STEPS.split("/")) for code in codes.split()}
# How many digests an event of each type holds; the forms of a line's fields and of public members, as RFC 8785 texts
DIGESTS = {"genesis": 16, "observe": 24, "ingest": 32, "derive": 24, "transfer": 16, "receipt": 16} | dict.fromkeys(
    "recover close note key access check anchor delete link".split(), 8)
NAME, DAY, HEX64, TEXT = "[a-z0-9_]{1,32}", "[0-9]{4}-[01][0-9]-[0-3][0-9]", '"[0-9a-f]{64}"', '"(?s:.*)"'
LINE = {"by": '"(field|desk)"', "item": 'null|"[0-9a-f]{32}"', "log": "null|" + HEX64, "n": "[0-9]+", "v": "1",
    "t": f'"(sealed|{DAY}(T[0-2][0-9]:[0-5][0-9]:[0-6][0-9]Z)?)"', "type": '"[a-z][a-z0-9_-]{0,31}"',
    "sd": r'\[("[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]",?)*\]', "x": "{(?s:.*)}"}
PUBLIC = {"genesis": {"key": TEXT, "next": HEX64, "origin": TEXT}, "recover": {"lost": "[0-9]+"},
    "key": {"auth": TEXT, "auth_key": TEXT, "key": TEXT, "next": HEX64, "op": TEXT, "since": TEXT},
    "anchor": {"file": HEX64, "kind": TEXT, "size": "[0-9]+"}}
LOG_NAME = "wk1/[a-z0-9]{13}"  # a log's, and nobody else's
SINGLE = {"record_sha256": "record", "sha256": ""}  # committed names of one digest: of the record capsule, of a file

class Refused(Exception): """A code and a state; either may be left to the step that reads."""
def need(good, code=None, state=None):
    if not good: raise Refused(code, state)
def like(pattern, value): return isinstance(value, str) and re.fullmatch(pattern, value) is not None
def sha(data): return hashlib.sha256(data).digest()
def base(data, url=False):
    return (base64.urlsafe_b64encode(data).rstrip(b"=") if url else base64.b64encode(data)).decode()
def unbase(text, url=False):
    data = base64.b64decode(text + "=" * (-len(text) % 4), b"-_" if url else None, validate=True)
    need(base(data, url) == text)  # padded or not, as it must be, and unused bits are zero
    return data
def canonical(value): return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
def depth(value):
    need(value is not None, "JSON")
    parts = value.values() if isinstance(value, dict) else value
    return 1 + max(map(depth, parts), default=0) if isinstance(value, (dict, list)) else 0
def read_json(data, levels=16, names="(?s).*"):
    """A document in the JSON profile, and in its canonical form (record.md)."""
    def pairs(found):
        need(len(dict(found)) == len(found), "DUPKEY"), need(all(like(names, name) for name, _ in found), "LINE")
        return dict(found)
    def number(text):
        return need(like("0|-?[1-9][0-9]{0,15}", text) and abs(int(text)) < 2**53, "NUMBER") or int(text)
    try:
        value = json.loads(data.decode(), object_pairs_hook=pairs, parse_int=number, parse_float=number,
            parse_constant=number)
        need(depth(value) <= levels, "JSON"), need(canonical(value).encode() == data, "CANON")
        return value
    except (ValueError, RecursionError): need(False, "JSON")

def read_key(text):  # (name, key hash, kind, public key) of a verifier key (checkpoint.md)
    name, told, encoded = text.split("+", 2)
    raw, digest = unbase(encoded), sha(name.encode() + b"\n" + unbase(encoded))[:4]
    need(like(r"\S{1,255}", name) and digest.hex() == told and len(raw) == {1: 33, 4: 33, 6: 1313}[raw[0]])
    return name, digest, raw[0], raw[1:]
def read_note(text):  # the text of a signed note; name, and key hash with signature, of each line
    need(len(text.encode()) <= 65536 and not re.search("[\0-\x09\x0b-\x1f\x7f-\x9f]", text))
    body, block = re.fullmatch("((?s:.*)\n)\n((?:— [^ +\n]+ [^ \n]{6}[^ =\n][^ \n]*\n){1,100})", text).groups()
    return body, [(name, unbase(value)) for name, value in re.findall("— (.+) (.+)\n", block)]
def read_checkpoint(body):
    form = r"([a-z0-9/._-]{1,64})\n(0|[1-9]\d{0,14})\n([\w+/]{43}=)\n"
    origin, size, root = re.fullmatch(form, body, re.ASCII).groups()
    return origin, int(size), unbase(root)
def signers(keys, body, lines):
    """(key, time told) of each line of these keys; one that does not verify refuses the note (anchor.md)."""
    found = []
    for key, value in [(key, value[4:]) for key in keys for name, value in lines if (name, value[:4]) == key[:2]]:
        (name, _, kind, raw), told, message = key, value[: 8 * (key[2] > 1)], body.encode()
        if kind == 4: message = b"cosignature/v1\ntime %d\n" % int.from_bytes(told) + message
        if kind == 6:
            origin, size, root = read_checkpoint(body)
            message = b"subtree/v1\n\0%c%b%b%c%b%b%b%b" % (len(name.encode()), name.encode(), told, len(origin),
                origin.encode(), bytes(8), size.to_bytes(8), root)
        verifier = MLDSA44PublicKey if kind == 6 else Ed25519PublicKey
        try: verifier.from_public_bytes(raw).verify(value[len(told) :], message)
        except (UnsupportedAlgorithm, AttributeError): continue
        except Exception: need(False, "SIG")
        found.append((key, int.from_bytes(told)))
    return found
def tree(leaves):  # the root of RFC 6962, 2.1
    if len(leaves) < 2: return leaves[0] if leaves else sha(b"")
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return sha(b"\1" + tree(leaves[:split]) + tree(leaves[split:]))
def climb(leaf, index, size, path):  # the root to which an inclusion proof leads (RFC 6962, 2.1.1)
    need(index < size and (size > 1) == bool(path), "PROOF")
    if size == 1: return leaf
    split = 1 << (size - 1).bit_length() - 1
    if index < split: return sha(b"\1" + climb(leaf, index, split, path[:-1]) + path[-1])
    return sha(b"\1" + path[-1] + climb(leaf, index - split, size - split, path[:-1]))
def stamp(data, notes, roots, more):
    """(authorities, keys above, time) of an RFC 3161 response over one of the notes, by openssl (anchor.md)."""
    need(len(data) <= 65536 and data[:4] == b"\x30\x82" + (len(data) - 4).to_bytes(2))  # DER, nothing behind it
    with tempfile.TemporaryDirectory() as folder:
        def openssl(*words, **files):
            for name, content in files.items(): Path(folder, name).write_bytes(content)
            return subprocess.run(["openssl", *words], cwd=folder, capture_output=True, timeout=60)
        told = openssl("ts", "-reply", "-in", "tsr", "-text", tsr=data, token=data).stdout
        if told.startswith(b"Status info:\nStatus: Granted.\n"):  # the time is read of what is signed
            openssl("ts", "-reply", "-in", "tsr", "-token_out", "-out", "token")
        told = openssl("ts", "-reply", "-in", "token", "-token_in", "-text").stdout
        when = re.search(rb"\nTime stamp: (\w+ +\d+ [\d:]+)(?:\.\d+)? (\d+) GMT\n", told)
        cms = openssl("cms", "-cmsout", "-print", "-noout", "-inform", "DER", "-in", "token").stdout
        sha2 = re.search(rb"(?s)\n    signerInfos:.*?digestAlgorithm: \n +algorithm: sha(256|384|512) ", cms)
        need(sha2 and b"Hash Algorithm: sha256\n" in told)
        moment = calendar.timegm(time.strptime(b" ".join(when.groups()).decode(), "%b %d %H:%M:%S %Y"))
        names, listed = set(), openssl("pkcs7", "-print_certs", "-inform", "DER", "-in", "token").stdout
        need(listed.count(b"-BEGIN ") <= 16)
        for note, name in [(note, name) for note in notes if sha(note.encode()) in data for name in roots]:
            root, intermediates = roots[name].encode(), "\n".join([roots[name], *more]).encode()
            words = "ts -verify -in token -token_in -data note -CAfile root -untrusted more -attime".split()
            if not openssl(*words, str(moment), note=note.encode(), root=root, more=intermediates).returncode:
                names.add(f"time authority {name}")
        openssl(*"cms -verify -noverify -inform DER -in token -certfile more -signer signer -out content".split())
        need(names)
        signer, *authorities = load_pem_x509_certificates(
            b"\n".join((Path(folder, "signer").read_bytes(), listed, *map(str.encode, more))))
    return names, keys_above(signer, authorities), moment
def keys_above(signer, authorities):
    """The keys of a token's signer, and of those whose certificates issued its, or one above it (anchor.md)."""
    chain, form = [signer], (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    for one, other in ((one, other) for one in chain for other in authorities):  # it grows
        with contextlib.suppress(Exception):
            one.verify_directly_issued_by(other)
            if other not in chain and other.subject != other.issuer: chain.append(other)
    return {"~" + sha(one.public_key().public_bytes(*form)).hex() for one in chain}

class Log:  # a log, or the one line of a proof, and what is known of it
    def __init__(self, leaves=(), anchors=()):
        self.name, self.leaves, self.anchors, self.id = "log", leaves, anchors, leaves[0].hex() if leaves else ""
        self.events, self.opened, self.signed, self.cosigned, self.stamped, self.keys = {}, {}, {}, {}, {}, []
        self.times, self.revoked, self.receipts, self.others, self.unproven = [], [], [], set(), set()
        self.attested, self.next, self.direct = 0, "", False
    def root(self, size): return need(size <= len(self.leaves), "TRUNCATED") or tree(self.leaves[:size])
    def signers(self, size): return [key for since, key in self.keys if since <= size][-1:]  # the key in force
    def is_of_desk(self, n, kind): return (self.events[n]["type"], self.events[n]["by"]) == (kind, "desk")
    def trusted(self): return self.direct or bool(self.receipts)
    def attests(self, n): return n < self.attested and n not in self.unproven
    def received(self, values):
        """How many first lines an opened receipt names, 0 if none of this log; they must be exactly these."""
        log, origin, size, root = (values.get(name) for name in ("log", "origin", "size", "root"))
        if (log, origin, type(size), type(root)) != (self.id, self.name, int, str) or size < 1: return 0
        need(size <= len(self.leaves), "RECEIPT", UNKNOWN), need(base(self.root(size)) == root, "RECEIPT")
        return size
    def held(self, n):  # event n, and the receipts of it
        return [(self, n), *((other, at) for other, at, size in self.receipts if size > n)]
    def not_after(self, n):  # (time, authority), the earliest of each, in their order: event n existed then
        told = [(moment, label) for log, at in self.held(n) for size, label, moment, _ in log.times if size > at]
        return sorted({label: (moment, label) for moment, label in sorted(told, reverse=True)}.values())

class Case:  # those who are trusted from outside, and what was found
    def __init__(self, trust):
        self.findings, self.trust, self.keys, self.witnesses = [], trust, set(), {}
        self.groups, self.quorum, self.ties = {"none": (0, [])}, [], []
        with self.guard("policy", "KEY-TEXT"): self.read_policy(trust["policy"])
        for text in trust["keys"]:
            with self.guard("key", "KEY-TEXT"): self.keys.add(read_key(text))
    def check(self, good, code, subject, state=None):
        if not good: self.findings.append((CODES[code][0], state or CODES[code][1], code, subject))
    @contextlib.contextmanager
    def guard(self, subject, code, state=None):
        """What goes wrong inside is a finding, never a crash. Codes of JSON are told of lines only."""
        try: yield
        except Exception as error:
            own = error.args if isinstance(error, Refused) else (None, None)
            if own[0] and (CODES[own[0]][0] != 2 or code == "LINE"): code, state = own
            self.check(False, code, subject, state)
    def read_policy(self, text):
        """C2SP tlog-policy (trust.md): each witness or group is so many of these keys or groups."""
        used = []  # nobody counts twice
        for first, name, *rest in [line.split() for line in text.split("\n") if like(r"\s*[^#\s].*", line)]:
            if first == "quorum": self.quorum.append(name)
            elif first == "group":
                least = {"any": 1, "all": len(rest[1:])}.get(rest[0]) or int(rest[0])
                need({*rest[1:]} <= {*self.groups} - {name, "none"} and 0 < least <= len(rest[1:]))
                used += rest[1:] + [("name", name)]
                self.groups[name] = least, rest[1:]
            else:
                key = read_key(name if first == "log" else rest[0])
                need(key[2] in {"log": (1, 6), "witness": (4, 6)}[first])
                used += [(first, key[2:]), ("name", name)]
                if first == "log": self.keys.add(key)
                else: self.witnesses[key], self.groups[name] = f"witness {name}", (1, [key])
        need(len({*used}) == len(used) and len(self.quorum) == (text != ""))
    def met(self, name, seen):
        least, members = self.groups[name]
        return sum(part in seen if isinstance(part, tuple) else self.met(part, seen) for part in members) >= least
    def read_line(self, line, where):  # step 2: the line profile
        need(len(line) <= 65536, "JSON")
        event = read_json(line, 4, NAME)
        need(is_normalized("NFC", line.decode()), "NFC")
        need(type(event.get("v")) is not int or event["v"] < 2, "NEWER-FORMAT")
        kind, sd, x = event["type"], event["sd"], event["x"]
        public = PUBLIC.get(kind, {}) if x or kind != "anchor" else {}
        need(all(like(form, canonical(event.get(name))) for name, form in LINE.items()))  # of what is not there: null
        need(all(like(form, canonical(x.get(name))) for name, form in public.items()))
        need((event["n"] > 0) == ("log" in event) == (kind != "genesis") and sd == sorted({*sd}))
        need((event["t"] == "sealed") == (event["by"] == "field"))
        need(kind not in DIGESTS or ("item" in event, len(sd)) == (kind in ("ingest", "derive"), DIGESTS[kind]))
        self.check(kind in DIGESTS and {*event} <= {*LINE} and {*x} <= {*public}, "UNKNOWN-FIELD", where)
        return event
    def open(self, log, n, text):  # step 12: what one opening of an event shows
        sd, values = log.events[n]["sd"], log.opened.setdefault(n, {})
        salt, name, value = read_json(unbase(text, True))
        need(len(unbase(salt, True)) == 16 and like(NAME, name) and base(sha(text.encode()), True) in sd)
        need(name not in values, "OPENING") or values.setdefault(name, value)
    def read_log(self, entry):  # steps 2 to 11 and 13 of one log
        *lines, torn = "\n".join(entry["lines"]).encode("utf-8", "surrogatepass").split(b"\n")
        log, items, newest = Log([sha(b"\0" + line) for line in lines], entry["anchors"]), set(), ""
        for n, line, where in [(n, line, f"event {n}") for n, line in enumerate(lines)]:
            if n > len(log.events): break  # no line behind one that is not read
            with self.guard(where, "LINE"):
                event = log.events[n] = self.read_line(line, where)
                day, item = event["t"][:10], event.get("item", n)
                self.check(event["n"] == n, "SEQ", where), self.check(item not in items, "ITEM", where)
                self.check(event.get("log", log.id) == log.id, "LOGID", where)
                self.check(day == "sealed" or day >= newest, "CLOCK", where)
                newest, _ = max(newest, day), items.add(item)
                if event["type"] == "anchor": log.stamped.setdefault(event["x"].get("file", ""), n)
            if n in log.events and event["type"] == ("key" if n else "genesis"):
                with self.guard(where, "ROTATE" if n else "ORIGIN"): self.change_key(log, n, event["x"])
        self.check(len(log.keys) <= 1001, "SIZE", "log"), self.check(not torn, "TORN", "log")
        self.check(lines, "LINE", "log", UNKNOWN), self.check(log.keys or not log.events, "ORIGIN", "log")
        for note in entry["notes"]:
            with self.guard(log.name, "NOTE"): self.read_signed(log, note)
        lacking = any(told[1:] == (WARN, "UNSIGNED", log.name) for told in self.findings)
        self.check(log.signed or entry["notes"] and not lacking, "UNSIGNED", log.name)
        signed = [key for size in log.signed for key in log.signers(size)]  # a changed key counts if it signed
        log.direct = not self.keys.isdisjoint(signed if log.keys[1:] else [key for _, key in log.keys])
        return log
    def change_key(self, log, n, x):
        """Steps 3 and 8: genesis names the key; a recovery key allows the next one, for more than n lines."""
        key = read_key(x["key"])
        need(key[2] == 1 and like(LOG_NAME, key[0]) and key[0] == (log.name if n else x["origin"]))
        if n:
            _, _, kind, raw = read_key(x["auth_key"])
            since = {"revoke": DAY, "rotate": ""}[x["op"]]
            need(kind == 1 and sha(x["auth_key"].encode()).hex() == log.next and like(since, x["since"]))
            text = f"witnesskit key v1\n{log.id}\n{n}\n{x['op']}\n{x['key']}\n{x['next']}\n{x['since']}\n"
            Ed25519PublicKey.from_public_bytes(raw).verify(unbase(x["auth"]), text.encode())
            if x["since"]: log.revoked.append((n, calendar.timegm(time.strptime(x["since"], "%Y-%m-%d"))))
        log.next, log.name, log.keys = x["next"], key[0], [*log.keys, (n + bool(n), key)]
    def read_signed(self, log, note, code="UNSIGNED"):  # steps 9 to 11 of one checkpoint
        (body, lines), (origin, size, root) = read_note(note), read_checkpoint(read_note(note)[0])
        need(origin == log.name, "ORIGIN", UNKNOWN), need(signers(log.signers(size), body, lines), code)
        found = signers(self.keys, body, lines)
        second = all((key, 0) in found for key in self.keys if key[::2] == (origin, 6))
        need(second, "UNSIGNED", WARN if log.leaves else UNKNOWN)  # of a log the others may count
        need(root == log.root(size), "ROOT" if log.leaves else "PROOF")
        log.signed.setdefault(size, []).append((note, body, lines))
    def evidence(self, log):
        """Step 14: what witnesses, time authorities and other logs say of the checkpoints of a trusted log."""
        for _, body, lines in [note for notes in log.signed.values() for note in notes]:
            with self.guard(log.name, "WITNESS"): self.cosignatures(log, body, lines, None)
        for one in log.anchors:
            code = {"tsr": "TSA", "ots": "OTS", "proof": "RECEIPT"}.get(one["name"].split(".")[-1], "WITNESS")
            about = f"{log.name}, {one['name']}"
            if code == "TSA" and not self.trust["roots"]: about += ": no authority was named from outside"
            with self.guard(about, code, WARN):
                need(like(r"(0|[1-9][0-9]{0,14})\.[a-z0-9][a-z0-9-]{0,31}\.(tsr|cosig|proof)", one["name"]))
                size, data, file = int(one["name"].split(".")[0]), unbase(one["data"]), sha(unbase(one["data"])).hex()
                if code == "TSA":
                    notes, trust = [note for note, *_ in log.signed[size]], self.trust
                    names, above, moment = stamp(data, notes, trust["roots"], trust["intermediates"])
                    self.ties.append(names | above), self.hear(log, size, min(names), moment, file)
                elif code == "WITNESS": need(self.cosignatures(log, *read_note(data.decode()), file))
                else: self.receipt(log, data)
        for size, label, moment, _ in log.times:  # may be no earlier than evidence that its checkpoint names
            inside = [when for _, _, when, file in log.times if log.stamped.get(file, size) < size]
            self.check(moment + 300 >= max(inside, default=0), "TIMEORDER", label)
        sizes = [size for size in log.signed if all(self.met(one, log.cosigned.get(size, ())) for one in self.quorum)]
        self.check(sizes or not log.signed, "QUORUM", log.name)
        log.attested = max(sizes, default=0)
    def cosignatures(self, log, body, lines, file):
        origin, size, root = read_checkpoint(body)
        own = {key[3] for key in self.keys if key[0] == log.name or not like(LOG_NAME, key[0])}
        own |= {key[3] for _, key in log.keys}  # who signs beside a log is no second party
        here, found = origin == log.name and size in log.signed, signers([key for key in self.witnesses if
            key[3] not in own and key[0] != f"{log.name}/witness"], body, lines)
        need(not found or origin != log.name or size > len(log.leaves) or root == log.root(size), "FORK")
        for key, moment in found if here else ():
            log.cosigned.setdefault(size, set()).add(key)
            self.hear(log, size, self.witnesses[key], moment, file)
        return here and found
    def hear(self, log, size, label, moment, file):
        self.check(moment <= (self.trust["now"] or 10**11) + 86400, "FUTURE", label)
        if moment: log.times.append((size, label, moment, file))
    def receipt(self, log, data):  # a receipt in somebody else's log (proof.md)
        other, n = (inner := Case(self.trust)).proof(data)
        codes = {code for _, state, code, _ in inner.findings if state != WARN and code != "KEY-TEXT"}
        need("SIG" not in codes, "SIG"), need(not codes & {"PROOF", "OPENING"}, "PROOF")
        need(not codes and other.is_of_desk(n, "receipt") and other.name != log.name)
        need(size := log.received(other.opened[n])), log.others.add((other.name, size))
    def proof(self, data):  # steps 1 to 6 of proof.md: a log of which one line is here
        log, index, start = Log(), 0, len(self.findings)
        with self.guard("proof", "PROOF-FILE"):
            form = r"c2sp\.org/tlog-proof@v1\nextra (.+)\nindex (0|[1-9]\d{,14})((?:\n[\w+/]{43}=){,64})\n\n((?s:.*))"
            extra, number, path, note = re.fullmatch(form, data.decode(), re.ASCII).groups()
            brought, path, index = read_json(unbase(extra)), [unbase(part) for part in path.split()], int(number)
            need({*brought} == {"disclosures", "line"} and len(data) <= 8585216)
            line, texts, log.direct = brought["line"].encode(), [*brought["disclosures"]], True
            with self.guard("line", "LINE"): log.events[index] = self.read_line(line, "line")
            if not log.events: return log, index
            self.check(log.events[index]["n"] == index, "SEQ", "line")
            with self.guard("note", "NOTE"):
                log.name = read_checkpoint(read_note(note)[0])[0]
                log.signers = lambda size: [key for key in self.keys if key[::2] == (log.name, 1)
                    and like(LOG_NAME, log.name)]
                log.root = lambda size: climb(sha(b"\0" + line), index, size, path)
                self.read_signed(log, note, "UNTRUSTED")
                for text in texts:
                    with self.guard("line", "OPENING"): self.open(log, index, text)
                if {state for _, state, *_ in self.findings[start:]} <= {WARN}: self.evidence(log)
        return log, index
    def revoke(self, log):  # step 15: which events are not proven to be older than the theft of the key
        log.unproven = {n for end, since in log.revoked for n in range(end)
            if not any(moment < since for moment, _ in log.not_after(n)[1:2])}
    def join(self, logs):  # authorities between whose timestamps a root or a key is shared are one
        groups = []
        for tie in self.ties:
            near = [group for group in groups if group & tie]
            groups = [group for group in groups if not group & tie] + [tie.union(*near)]
        first = {label: min(group) for group in groups for label in group}  # a name, for those of keys are behind it
        for log in logs: log.times = [(size, first.get(label, label), *rest) for size, label, *rest in log.times]
    def examine(self, vector):  # the count, and what is behind the answer
        with self.guard("case", "HANDED"):
            if "proof" not in vector: return self.judge(vector)
            return {}, self.file(*self.proof(unbase(vector["proof"])), vector.get("found"))
        return {}, []
    def judge(self, case):  # steps 1 to 19
        self.check(case["logs"], "HANDED", "logs"), self.check(case["found"], "HANDED", "files")
        everything, logs = case["expected"]["everything"], [self.read_log(entry) for entry in case["logs"]]
        longest = {log.id: log for log in sorted(logs, key=lambda log: len(log.leaves))}  # of two copies of a log
        by_id = {log.id: longest[log.id] for log in logs}
        for log in logs: self.check(by_id[log.id].leaves[: len(log.leaves)] == log.leaves, "FORK", log.name)
        where = {digest: (log, n) for log in by_id.values() for n, one in log.events.items() for digest in one["sd"]}
        for one in case["openings"]:
            with self.guard("an opening", "OPENING"):
                log, n = where.get(base(sha(one["disclosure"].encode()), True), (None, None))
                if "log" in one: log, n = by_id.get(one["log"]), one["n"]
                elif not log: continue  # those of a bundle do not say where they belong, nor whether here
                need(log and n not in range(len(log.events), len(log.leaves)), "OPENING", UNKNOWN)
                self.open(log, n, one["disclosure"])
        direct = [log for log in logs if log.direct]
        for log in direct: self.evidence(log)
        self.join(direct)
        for log in direct: self.revoke(log)  # asked again once receipts are known
        told = [(log, n, log.opened[n]) for log in by_id.values() for n in log.opened
            if log.is_of_desk(n, "receipt") and log.attests(n)]
        names = [log.name for log in {log.id: log for log in direct if log.signed}.values()]
        for log in logs:
            for other, n, values in told:
                with self.guard(log.name, "RECEIPT"):
                    if size := log.received(values): log.receipts.append((other, n, size))
            if not log.direct:
                log.attested = max((size for *_, size in log.receipts), default=0)
                self.check(log.receipts, "UNTRUSTED", log.name)
            self.revoke(log), self.check(not log.unproven or not log.trusted(), "REVOKED", log.name, WARN)
            self.check(names.count(log.name) < 2, "FORK", log.name)  # trusted keys signed two logs of one name
            with self.guard(log.name, "FORK"):
                size, root = self.trust["remembered"].get(log.name, (0, base(sha(b""))))
                need(size <= len(log.leaves), "ROLLBACK", FAIL if everything else UNKNOWN)
                need(base(log.root(size)) == root)
            self.check(log.attested == len(log.leaves) or not log.trusted(), "TAIL", log.name, WARN)
        return self.items([*by_id.values()], case["found"], everything, {*case["expected"]["listed"]})
    def items(self, logs, found, everything, listed):  # step 19: what opened events commit, and what lies there
        good, recorded, matched, shown, lying, deletions = [], set(), set(), set(), {}, {}
        opened = [(log, n, log.events[n], log.opened[n]) for log in logs for n in sorted(log.opened)]
        lines = [(log, n, event) for log in logs for n, event in log.events.items() if "item" in event]
        for log, n, event, values in opened:
            if log.is_of_desk(n, "delete") and log.attests(n):
                more = values.get("scope") in ("file", "both")  # than openings
                deletions.setdefault(str(values.get("item")), []).append((log, n, more))
        def erased(log, n, *items):  # by its log or one that received it, and later: of more than openings?
            told = [one for item in items for one in deletions.get(item, ())]
            held = log.held(n) if told else ()
            return {more for other, at, more in told for one, after in held if other is one and at > after}
        counts = {"items": sum(event["type"] == "ingest" for *_, event in lines), "disclosed": 0, "deleted": 0}
        for one in found:
            for name in one["sha256"], one.get("capsule"), ("item", one.get("item")):
                lying.setdefault(name, []).append(one)
        known, kinds = {*lying}, ("observe", "ingest", "derive")
        for log, n, event, values in [one for kind in kinds for one in opened if one[2]["type"] == kind]:
            kind, item, where = event["type"], values.get("item") or event.get("item"), f"{log.name}, event {n}"
            sealed, files, whole, _ = set(), set(), True, shown.add(event.get("item"))
            with self.guard(where, "VALUE"):
                pairs = [(part["capsule"] or None, part["sha256"]) for part in values.get("sealed", [])]
                pairs += [("", part["sha256"]) for part in values.get("media", [])]
                pairs += [(place, values[name]) for name, place in SINGLE.items() if name in values]
                need(all(like(".*", name) and like("[0-9a-f]{64}", digest) for name, digest in pairs))
                if kind == "observe" and not pairs: continue
                for name, digest in pairs:
                    fit = lying.get(name, []) + [one for one in lying.get(digest, [])
                        if name == "record" or not one.get("capsule")]
                    state = ("ALTERED" if any(one["sha256"] != digest for one in fit) else "FILES" if fit
                        else "MISSING" if listed & {name, digest} else "WITHHELD")
                    (sealed if name else files).add(state), matched.update(map(id, fit)), known.update((name, digest))
                    if (name, state) == ("record", "FILES"): recorded.add(item)
                    whole &= state == "FILES" or name in (None, "", "record")  # no capsule lacks
                strange = {*map(id, lying.get(("item", item), []))} - matched
                if strange and files & {"MISSING", "WITHHELD"}:  # it lies in the place of what the item commits
                    files.add("ALTERED"), matched.update(strange)
                state = ("ALTERED" if "ALTERED" in sealed | files else "MISSING" if "MISSING" in sealed | files
                    else "FILES" if {"FILES"} in (sealed, files) else "WITHHELD")
                inside = not pairs or kind == "derive" and values.get("parent") in recorded
                gone = erased(log, n, item, str(values.get("parent"))) if state in ("MISSING", "WITHHELD") else ()
                if True in gone or gone and whole: state = "DELETED"
                elif state == "WITHHELD" and everything and not inside: state = "MISSING"
                if kind == "ingest": counts["deleted" if state == "DELETED" else "disclosed"] += 1
                self.check((state, kind) == ("WITHHELD", "derive"), state, where)
                if log.attests(n): good += [(log, n)] * (state == "FILES")
                else: self.check(not log.trusted(), "REVOKED" if n in log.unproven else "TAIL", where, UNKNOWN)
        for log, n, event in lines:
            if event["item"] not in shown and erased(log, n, event["item"]):
                counts["deleted"] += event["type"] == "ingest"
            else: self.check(n in log.opened, "WITHHELD", f"{log.name}, event {n}", UNKNOWN if everything else WARN)
        for one in found: self.check(id(one) in matched, "UNLISTED", one["name"])
        for name in listed - known: self.check(False, "MISSING", name)
        self.check(good, "NOTHING", "case")
        return counts | {"unopened": counts["items"] - counts["disclosed"] - counts["deleted"]}, good
    def file(self, log, n, found):  # step 7 of proof.md; what is behind the answer
        with self.guard("file", "VALUE"):
            if not log.attested: return []
            values = log.opened.get(n, {})
            parts = [*values.get("media", []), *values.get("sealed", []), *[values] * ("sha256" in values)]
            if found: need(parts, "NOTHING"), need(found["sha256"] in [part["sha256"] for part in parts], "ALTERED")
        return [(log, n)]
    def answer(self, good):  # the answer's line, and its exit status (custody-log.md, "Verification")
        states = {state for _, state, *_ in self.findings}
        if FAIL in states: return "CHANGED", 7
        if UNKNOWN in states or not good: return "CANNOT TELL", 8
        times = [log.not_after(n) for log, n in good]
        behind = [(log, n) if log.direct else max(log.receipts, key=lambda one: one[2])[:2] for log, n in good]
        days = [(log.events[n]["t"][:10], log.opened.get(n, {}).get("day", "sealed")) for log, n in behind]
        days = [str(opened) if day == "sealed" else day for day, opened in days]
        words = sorted({log.name for log, _ in behind})
        if all(len(told) > 1 for told in times):  # proven: by the second one in their order
            days = [time.strftime("%Y-%m-%d", time.gmtime(told[1][0])) for told in times]
            words += sorted({label for told in times for _, label in told[:2]})
        seen = [told or any(size > at for _, size in by.others) or any(size > at for size in by.cosigned) or
            len({other.name for other, _, size in log.receipts if size > n} | {by.name}) > 1
            for (log, n), (by, at), told in zip(good, behind, times)]
        alone = "" if all(seen) else "; one party's word, time unproven"
        return f"UNCHANGED since {max(days)}, on the word of {', '.join(words)}{alone}", 0

def sha256_of(path):
    with open(path, "rb") as file: return hashlib.file_digest(file, "sha256").hexdigest()
def read_bag(bag, case):
    """An opened bundle (bundle.md, from step 4 on) as a case; a damaged file is told and left out."""
    def signed(name, digest=None, code="MANIFEST"):
        need((bag / name).is_file() and not (bag / name).is_symlink(), "BAG-ENTRY")
        return need(digest in (None, sha256_of(bag / name)), code) or bag / name
    need(signed("bagit.txt").read_bytes() == b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
    raw, (body, lines) = signed("bundle.json").read_bytes(), read_note(signed("bundle.sig").read_bytes().decode())
    meta, logs, found, listed = read_json(raw.removesuffix(b"\n")), {}, [], []
    need(meta["format"] == "witnesskit.bundle/1", "MANIFEST", UNKNOWN)
    sender = read_key(meta["sender"])
    need(body == f"witnesskit bundle v1\n{sha(raw).hex()}\n" and signers([sender], body, lines), "SIGNATURE")
    case.check(sender in case.keys, "UNTRUSTED", "bundle")
    members = [read_json(line) for line in signed("members.jsonl", meta["members_sha256"]).read_bytes().splitlines()]
    manifest = "".join(f"{one['sha256']}  data/{n:08}\n" for n, one in enumerate(members, 1))
    need(signed("manifest-sha256.txt", meta["manifest_sha256"]).read_bytes() == manifest.encode())
    there, names = {path.name for path in (bag / "data").iterdir()}, {f"{n + 1:08}" for n in range(len(members))}
    need(there <= names and not (bag / "data").is_symlink(), "BAG-ENTRY")
    openings, capsules = meta["openings"], collections.Counter(one.get("item") for one in members)
    for n, one in enumerate(members, 1):
        kind, name, path = one["kind"], one.get("name", ""), f"data/{n:08}"
        paper = one.get("role") == "record" and one["part"] == capsules[one["item"]] == 1  # it holds openings alone
        thing = kind in ("capsule", "media", "copy") and not paper
        listed += [one[key] for key in ("capsule", "sha256") if thing and key in one]
        with case.guard(path, "HASH"):
            file = signed(path, one["sha256"], "HASH")
            data = file.read_bytes() if kind in ("chain", "checkpoint", "anchor", "openings") else b""
            log = logs.setdefault(one.get("origin"), {"lines": [], "notes": [], "anchors": []})
            if kind == "chain": log["lines"] += data.decode("utf-8", "surrogateescape").split("\n")
            elif kind == "checkpoint" or kind == "anchor" and name[-5:] == ".note": log["notes"].append(data.decode())
            elif kind == "anchor": log["anchors"].append({"name": name, "data": base(data)})
            elif kind == "openings": openings += map(read_json, data.splitlines())
            elif thing: found.append(one | {"name": path})
    openings = [{"disclosure": text} for one in openings for text in one["disclosures"]]
    return {"logs": [log for log in logs.values() if log["lines"]], "found": found, "openings": openings,
        "expected": {"everything": False, "listed": listed}}
def read_trust(folder, signer):
    """The folder of trust.md, and keys on the command line (a key, or a file that holds one)."""
    paths = [path for path in Path(folder).rglob("*") if not path.is_dir()] if folder else []
    texts = {path.relative_to(folder).as_posix(): path.read_text() for path in sorted(paths)}
    need(all(like(r"(?a)policy|headers|tsa/[^\W_][\w.-]{0,63}\.pem|tsa-int/[^/]+\.pem", name) for name in texts))
    roots = {name[4:-4]: pem for name, pem in texts.items() if name[:4] == "tsa/"}
    more = [pem for name, pem in texts.items() if name[:8] == "tsa-int/"]
    need(len({load_pem_x509_certificate(pem.encode()) for pem in roots.values()}) == len(roots))
    need(all(cert.issuer != cert.subject for cert in (load_pem_x509_certificate(pem.encode()) for pem in more)))
    keys = [Path(key).read_text().strip() if Path(key).is_file() else key for key in signer]
    return {"keys": keys, "policy": texts.get("policy", ""), "roots": roots, "intermediates": more, "remembered": {},
        "now": int(time.time())}
def judge(vector):  # state and codes of a test vector
    answer, _ = (case := Case(vector["trust"])).answer(case.examine(vector)[1])
    return answer.split(" since")[0], sorted({code for _, state, code, _ in case.findings if state != OK})
def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("bag", nargs="?", help="folder of an opened bundle; with --proof the file that it is about")
    options.add_argument("--proof"), options.add_argument("--case"), options.add_argument("--trust")
    options.add_argument("--signer", action="append", default=[])
    asked = options.parse_args()
    if (asked.case, asked.proof or asked.bag).count(None) != 1: options.error("name a bag, --proof or --case")
    for path in filter(None, (asked.bag, asked.proof, asked.case, asked.trust)):
        if not Path(path).exists(): options.error(f"there is no {path}")
    if asked.case:
        state, codes = judge(json.loads(Path(asked.case).read_text(encoding="utf-8")))
        return print(state, *codes)
    try: case, vector = Case(read_trust(asked.trust, asked.signer)), {}
    except Exception: options.error("the trust folder cannot be used")
    with case.guard("bundle", "MANIFEST"):
        vector = {"proof": base(Path(asked.proof).read_bytes())} if asked.proof else read_bag(Path(asked.bag), case)
        if asked.proof and asked.bag: vector["found"] = {"sha256": sha256_of(asked.bag)}
    count, good = case.examine(vector)
    answer, status = case.answer(good)
    for finding in sorted({*case.findings}):
        print(*(str(part).encode("unicode_escape").decode() for part in finding), sep="\t")
    if count: print("{disclosed} of {items} items disclosed, {deleted} deleted, {unopened} unopened".format(**count))
    print(answer.encode("unicode_escape").decode())
    sys.exit(status)

if __name__ == "__main__": main()
