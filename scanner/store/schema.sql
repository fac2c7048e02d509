-- certmuster's result store, version 5. Tables are ours to change; the views
-- (v_*) are the documented contract for reports and for anyone's SQL. They stand
-- behind all tables: a store of an older version gets its views from here too.
-- Ids of causes, resolutions, verdicts and severities are their text ids.
-- Times are seconds since 1970 UTC. SPDX-License-Identifier: Apache-2.0

CREATE TABLE run (
  id            INTEGER PRIMARY KEY,
  state         TEXT NOT NULL,             -- running complete partial inconsistent
  started       INTEGER NOT NULL,
  finished      INTEGER,
  judged_at     INTEGER NOT NULL,
  input_name    TEXT NOT NULL,
  input_sha256  TEXT,
  rows_read     INTEGER,                   -- what the input reader counted
  rows_recorded INTEGER,                   -- counted when the run ended
  columns       TEXT NOT NULL DEFAULT '[]', -- JSON array of the input's columns
  owner_column  INTEGER NOT NULL DEFAULT -1,
  has_header    INTEGER NOT NULL DEFAULT 0,
  options       TEXT NOT NULL,             -- JSON object; its `sandbox` is no
                       -- option: what the process was locked in by
  version       TEXT NOT NULL,
  tls_library   TEXT NOT NULL,
  trust         TEXT NOT NULL,             -- the trust views, for people
  resolvers     TEXT NOT NULL,
  kind          TEXT NOT NULL DEFAULT 'scan', -- scan rejudge merge
  source_run    INTEGER,                   -- of a rejudge: the run judged again
  shard         INTEGER, shards INTEGER,   -- of a scan's part: 0 ... shards - 1;
                                           -- of a merge: how many it is made of
  input_rows    INTEGER,                   -- of a scan's part: of all its input
  config_sha256 TEXT,  -- of all that decides results but the input: options,
                       -- files that they name, version; NULL: not known
  seed          INTEGER,                   -- of the order of scanning
  resumed       INTEGER NOT NULL DEFAULT 0, -- how often it was taken up again
  input_bytes   INTEGER,                   -- size of the input; NULL: no file
  faults        TEXT NOT NULL DEFAULT '[]' -- JSON array of {fault, detail, from,
                       -- until, endpoints}: what went wrong on our own side
) STRICT;

-- What was trusted: the run's trust views, the default one first.
CREATE TABLE trust_view (
  run           INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
  ord           INTEGER NOT NULL,          -- 0 is the default one
  name          TEXT NOT NULL,             -- letters, digits, "." "_" "-"
  path          TEXT,                      -- of the anchors
  sha256        TEXT,                      -- of all their hashes, sorted
  anchors       INTEGER,                   -- how many
  distrusted    INTEGER,                   -- roots that the view decided against
  PRIMARY KEY (run, ord)
) STRICT, WITHOUT ROWID;

CREATE TABLE row (
  run           INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
  id            INTEGER NOT NULL,          -- 1, 2, ... in input order
  line          INTEGER NOT NULL,
  fields        TEXT NOT NULL,             -- JSON array, one text per column
  owner         TEXT NOT NULL DEFAULT '',
  endpoint      INTEGER NOT NULL,          -- row id of the first such endpoint
  first_line    INTEGER NOT NULL,          -- that row's line
  PRIMARY KEY (run, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE endpoint (
  run           INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
  id            INTEGER NOT NULL,
  host          TEXT NOT NULL,             -- '' when the row is invalid
  port          INTEGER,                   -- NULL when the row is invalid
  protocol      TEXT NOT NULL,
  sni           TEXT NOT NULL,
  is_ip         INTEGER NOT NULL,
  flags         INTEGER NOT NULL,          -- 1 trailing dot, 2 scheme without
                                           -- TLS, 4 the path counts
  reason        TEXT,                      -- why the row is invalid
  trust         TEXT NOT NULL DEFAULT '',  -- the row's trust view; '': default
  client        INTEGER NOT NULL DEFAULT 0, -- which of the run's own
                                           -- certificates is sent; 0: none
  client_cert   TEXT NOT NULL DEFAULT '',  -- the row's file of it; '': the
                                           -- run's; '-': none
  http_path     TEXT NOT NULL DEFAULT '',  -- of the row's URL
  PRIMARY KEY (run, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE result (
  run           INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
  endpoint      INTEGER NOT NULL,
  verdict       TEXT NOT NULL,
  primary_cause TEXT,                      -- NULL: none
  severity      TEXT,                      -- of the worst finding
  causes        TEXT NOT NULL,             -- JSON array of ids, primary first
  path          TEXT NOT NULL,             -- JSON array of certificate ids,
                                           -- leaf first, as it was judged
  seen          INTEGER,                   -- NULL: never probed
  dns_result    TEXT,
  dns_ms        INTEGER,
  dns           TEXT,  -- JSON object: addresses, from_second (1 where only the
                       -- second resolver gave it), second_differs, cname,
                       -- num_cnames, detail; what is empty is left out. Also
                       -- throttle {times, prefix, failed, of, silent,
                       -- later_ms}, when its network seemed to throttle; fault:
                       -- of the scanner (no_route no_descriptors resolver_down)
  main_probe    INTEGER,                   -- ord of the probe judged, or NULL
  remaining     TEXT NOT NULL DEFAULT '[]', -- JSON array of the causes that
                -- still make the verdict once the primary one is fixed
  path_valid    INTEGER,                   -- 1: nothing is wrong with `path` in
                                           -- the trust view; NULL: no path
  revocation    TEXT,  -- of the leaf: good revoked unknown unreachable; NULL:
                       -- not checked. The rest is NULL where it is not known
  revocation_source TEXT,                  -- staple ocsp crl
  revocation_this_update INTEGER, revocation_next_update INTEGER,
  revoked_at    INTEGER,
  revocation_reason INTEGER,               -- RFC 5280 section 5.3.1
  redo          INTEGER NOT NULL DEFAULT 0, -- a scan that is taken up again makes
                -- the judgement anew: 1 it asks for downloads, 2 it was made by
                -- a second pass
  PRIMARY KEY (run, endpoint)
) STRICT, WITHOUT ROWID;

-- The verdict in a trust view of the run where it is not the endpoint's own (see
-- v_verdict for all of them).
CREATE TABLE view_verdict (
  run           INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
  endpoint      INTEGER NOT NULL,
  view          TEXT NOT NULL,
  verdict       TEXT NOT NULL,
  primary_cause TEXT,
  PRIMARY KEY (run, endpoint, view)
) STRICT, WITHOUT ROWID;

CREATE TABLE certificate (
  id            INTEGER PRIMARY KEY,       -- in order of first sight
  sha256        TEXT NOT NULL UNIQUE,      -- lower-case hex
  der           BLOB NOT NULL,
  parse_error   TEXT,
  subject       TEXT, subject_cn TEXT, issuer TEXT, issuer_cn TEXT,
  serial        TEXT,                      -- lower-case hex
  not_before    INTEGER, not_after INTEGER,
  key_alg       TEXT, key_bits INTEGER, sig_alg TEXT,
  spki_sha256   TEXT,
  is_ca         INTEGER, self_issued INTEGER,
  names         TEXT,                      -- JSON array: DNS names and IPs
  names_total   INTEGER
) STRICT;
-- The certificates that may complete chains, roots apart, in order of first
-- sight.
CREATE INDEX certificate_ca ON certificate (self_issued, id) WHERE is_ca = 1;

CREATE TABLE probe (
  run           INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
  endpoint      INTEGER NOT NULL,
  ord           INTEGER NOT NULL,          -- 0, 1, ... in order of attempt
  address       TEXT NOT NULL,             -- "192.0.2.1:443"
  reached       TEXT NOT NULL, ended TEXT NOT NULL,
  sys_errno     INTEGER NOT NULL, tries INTEGER NOT NULL,
  connect_ms    INTEGER NOT NULL, tls_ms INTEGER NOT NULL,
  total_ms      INTEGER NOT NULL, proxy_status INTEGER NOT NULL,
  first_bytes   BLOB,
  alert_received INTEGER, alert_sent INTEGER, -- level * 256 + description
  error         TEXT NOT NULL,
  version       INTEGER, cipher INTEGER,      -- NULL: no ServerHello
  kex_group     INTEGER NOT NULL, signature INTEGER NOT NULL,
  alpn          TEXT NOT NULL,
  flags         INTEGER NOT NULL,  -- 1 bad key proof, 2 EMS, 4 Certificate seen,
                -- 8 our certificate was sent, 16 it was asked for late
  num_tickets   INTEGER NOT NULL, sct_bytes INTEGER NOT NULL,
  ocsp_staple   BLOB,
  client_auth   TEXT NOT NULL, ca_names BLOB,
  chain_bytes   INTEGER NOT NULL, num_chain_sent INTEGER NOT NULL,
  chain         TEXT NOT NULL,             -- JSON array of certificate ids
  leaf          INTEGER REFERENCES certificate(id), -- the first of them
  starttls      TEXT,                      -- how the dialogue before TLS ended;
                                           -- NULL: there was none
  starttls_reply TEXT,                     -- what the server said at the end
  http_status   INTEGER, http_substatus INTEGER, -- NULL: no request was answered
  http_reply    TEXT,                      -- status line, and what decided
  PRIMARY KEY (run, endpoint, ord)
) STRICT, WITHOUT ROWID;

-- What hand-built ClientHellos brought to light; 0 where nothing was said.
CREATE TABLE answer (
  run           INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
  endpoint      INTEGER NOT NULL,
  ord           INTEGER NOT NULL,          -- 0, 1, ... in the order of asking
  ask           TEXT NOT NULL, ended TEXT NOT NULL,
  sys_errno     INTEGER NOT NULL, ms INTEGER NOT NULL,
  hello_bytes   INTEGER NOT NULL,
  alert         INTEGER NOT NULL,          -- level * 256 + description
  first_bytes   BLOB,
  version       INTEGER NOT NULL, cipher INTEGER NOT NULL,
  kex_group     INTEGER NOT NULL, signature INTEGER NOT NULL,
  dh_bits       INTEGER NOT NULL, compression INTEGER NOT NULL,
  flags         INTEGER NOT NULL,  -- 1 secure renegotiation, 2 EMS, 4 downgrade
                -- sentinel, 8 asks for a certificate, 16 explicit curve
  chain         TEXT NOT NULL,             -- JSON array of certificate ids
  leaf          INTEGER REFERENCES certificate(id), -- the first of them
  PRIMARY KEY (run, endpoint, ord)
) STRICT, WITHOUT ROWID;

-- All that an endpoint serves, where that was asked for: yes no unknown.
CREATE TABLE inventory (
  run           INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
  endpoint      INTEGER NOT NULL,
  ssl2          TEXT NOT NULL, ssl3 TEXT NOT NULL, tls1_0 TEXT NOT NULL,
  tls1_1        TEXT NOT NULL, tls1_2 TEXT NOT NULL, tls1_3 TEXT NOT NULL,
  facts         TEXT NOT NULL,             -- JSON object, see v_inventory
  PRIMARY KEY (run, endpoint)
) STRICT, WITHOUT ROWID;

-- Our own certificate, where one was configured for the endpoint.
CREATE TABLE client (
  run           INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
  endpoint      INTEGER NOT NULL,
  fault         TEXT NOT NULL,             -- fine, or why it cannot be used
  detail        TEXT NOT NULL,
  certificate   INTEGER REFERENCES certificate(id), -- NULL: none could be read
  issuers       BLOB,                      -- names of its chain's issuers
  PRIMARY KEY (run, endpoint)
) STRICT, WITHOUT ROWID;

-- What the run was held against: clients by profiles, rules by policies.
CREATE TABLE measure (
  run           INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
  kind          TEXT NOT NULL,             -- profile policy
  ord           INTEGER NOT NULL,          -- 0, 1, ... of its kind
  name          TEXT NOT NULL, title TEXT NOT NULL,
  source        TEXT NOT NULL,             -- of its facts
  confidence    TEXT NOT NULL,             -- high medium low
  family        TEXT NOT NULL,             -- of a client; '': a policy
  sha256        TEXT NOT NULL,             -- of the file
  rules         TEXT NOT NULL,  -- of a policy: JSON array of {id, text, source,
                                -- warning, confidence}; '': a client
  PRIMARY KEY (run, kind, ord)
) STRICT, WITHOUT ROWID;

-- What came of it: a letter for each profile and policy, by their order. What
-- did not pass has lines of its own below.
CREATE TABLE measured (
  run           INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
  endpoint      INTEGER NOT NULL,
  clients       TEXT NOT NULL,             -- w works, f fails, u unknown, - none
  policies      TEXT NOT NULL,             -- p pass, f fail, u unknown, - none
  grade         TEXT,                      -- NULL: not graded
  grade_without_trust TEXT,                -- as if the certificate were fine
  grade_at_best INTEGER,                   -- 1: something was not found out
  grade_score   INTEGER,                   -- 0 ... 100
  grade_parts   TEXT,                      -- JSON array: points for versions,
                                           -- key exchange, suites
  grade_rules   TEXT,                      -- JSON array: what holds it down
  PRIMARY KEY (run, endpoint)
) STRICT, WITHOUT ROWID;

CREATE TABLE profile_result (
  run           INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
  endpoint      INTEGER NOT NULL,
  profile       INTEGER NOT NULL,          -- measure.ord
  cause         TEXT,
  why           TEXT NOT NULL,             -- what was compared
  message       TEXT,                      -- the client's own words
  PRIMARY KEY (run, endpoint, profile)
) STRICT, WITHOUT ROWID;

CREATE TABLE policy_result (
  run           INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
  endpoint      INTEGER NOT NULL,
  policy        INTEGER NOT NULL,          -- measure.ord
  ord           INTEGER NOT NULL,          -- 0, 1, ... of those not passed
  rule          TEXT NOT NULL,
  outcome       TEXT NOT NULL,             -- fail unknown
  warning       INTEGER NOT NULL,          -- 1: does not fail the policy
  why           TEXT NOT NULL,
  PRIMARY KEY (run, endpoint, policy, ord)
) STRICT, WITHOUT ROWID;

CREATE TABLE finding (
  run           INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
  endpoint      INTEGER NOT NULL,
  ord           INTEGER NOT NULL,          -- 0 is the primary one, if any
  cause         TEXT NOT NULL,
  severity      TEXT NOT NULL,
  confidence    TEXT NOT NULL,
  blocks        INTEGER NOT NULL,          -- 1: makes the verdict
  proof         TEXT NOT NULL,
  rule          TEXT NOT NULL,
  certificate   INTEGER REFERENCES certificate(id),
  position      INTEGER,                   -- in the presented chain
  resolution    TEXT NOT NULL,
  action        TEXT NOT NULL,             -- action key
  subject_key   TEXT NOT NULL,
  subject       TEXT NOT NULL,
  PRIMARY KEY (run, endpoint, ord)
) STRICT, WITHOUT ROWID;
-- No index on `action`: keys come in random order, and keeping one up to date
-- costs 40 % of the writing. An action's findings are found by one pass.

-- Built at the end of a run. `rows` counts input rows, so that the sum over
-- actions of fixes_rows is the number of rows that are not trusted.
CREATE TABLE action (
  run           INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
  key           TEXT NOT NULL,
  resolution    TEXT NOT NULL,
  subject_key   TEXT NOT NULL,
  subject       TEXT NOT NULL,
  severity      TEXT NOT NULL,             -- the worst among its findings
  fixes_rows    INTEGER NOT NULL,  -- rows whose blocking primary finding it is
  touches_rows  INTEGER NOT NULL,  -- rows with any finding of this action
  causes        TEXT NOT NULL,             -- JSON array of ids, most rows first
  owners        TEXT NOT NULL,  -- JSON array of owners, most rows first, <= 50
  num_owners    INTEGER NOT NULL,
  certificate   INTEGER,                   -- of one of its findings
  example_row   INTEGER NOT NULL,          -- a row to show and to verify with
  rank          INTEGER NOT NULL,          -- 1 = fixes most
  PRIMARY KEY (run, key)
) STRICT, WITHOUT ROWID;

-- A run in numbers, written when it ends: its rows by their verdicts. That is
-- what a trend over many runs is made of.
CREATE TABLE run_verdict (
  run           INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
  verdict       TEXT NOT NULL,
  rows          INTEGER NOT NULL,          -- of the input; 0 is left out
  PRIMARY KEY (run, verdict)
) STRICT, WITHOUT ROWID;

-- What was downloaded for a run: issuers' certificates, revocation lists, OCSP
-- responses. A body is kept once, whatever number of runs has fetched it.
CREATE TABLE content (
  id            INTEGER PRIMARY KEY,
  sha256        TEXT NOT NULL UNIQUE,      -- lower-case hex
  bytes         BLOB NOT NULL
) STRICT;

CREATE TABLE download (
  run           INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
  ord           INTEGER NOT NULL,          -- 0, 1, ... in order of arrival
  url           TEXT NOT NULL,
  kind          TEXT NOT NULL,             -- issuer crl ocsp
  result        TEXT NOT NULL,             -- ok, or why nothing came
  http_status   INTEGER,
  detail        TEXT NOT NULL,
  fetched       INTEGER NOT NULL, ms INTEGER NOT NULL,
  content       INTEGER REFERENCES content(id), -- NULL: nothing usable came
  certificate   TEXT,      -- ocsp: SHA-256 of the certificate asked about
  PRIMARY KEY (run, ord)
) STRICT, WITHOUT ROWID;

CREATE VIEW v_run AS
SELECT id AS run, state, started, finished, judged_at, input_name, input_sha256,
       rows_read, columns, owner_column, has_header, options, version,
       tls_library, trust, resolvers,
       coalesce(rows_recorded,
         (SELECT count(*) FROM row WHERE row.run = run.id)) AS rows_recorded,
       kind, source_run, shard, shards, input_rows, config_sha256, seed, resumed, faults
FROM run;

-- One line for each trust view of a run; `ord` 0 is the default one.
CREATE VIEW v_view AS
SELECT run, ord, name AS view, path, sha256, anchors, distrusted
FROM trust_view;

-- One line for each input row. `verdict`, `primary_cause`, `severity`, `causes`,
-- `remaining`, `path` and `revocation` are those in the trust view `view`;
-- `views` is a JSON object of the verdicts in all views of the run by name.
-- Where the handshake saw no certificate, `chain` and the columns of its first
-- one are those that a hand-built hello brought to light.
-- `inventory` is v_inventory.facts; `clients` and `policies` have a letter for
-- each profile and policy of v_measure, in its order: w(orks), p(ass), f(ail),
-- u(nknown), - (no result).
CREATE VIEW v_endpoint AS
SELECT r.run, r.id AS row, r.line, r.fields, r.owner,
       r.endpoint, CASE WHEN r.id <> r.endpoint THEN r.first_line END
         AS duplicate_of_line,
       e.host, e.port, e.protocol, e.sni, e.reason,
       coalesce(s.verdict, 'not_checked') AS verdict,
       s.primary_cause, s.severity, coalesce(s.causes, '[]') AS causes,
       s.path, s.seen, s.dns_result, s.dns_ms, s.dns,
       p.address, p.reached, p.ended, p.connect_ms, p.tls_ms, p.total_ms,
       p.version AS tls_version, p.cipher, p.kex_group, p.signature, p.alpn,
       p.client_auth, coalesce(a.chain, p.chain) AS chain,
       c.id AS certificate, c.sha256 AS fingerprint_sha256, c.subject,
       c.subject_cn, c.issuer, c.issuer_cn, c.serial, c.not_before, c.not_after,
       c.key_alg, c.key_bits, c.sig_alg, c.spki_sha256, c.names,
       coalesce(nullif(e.trust, ''), (SELECT t.name FROM trust_view t
         WHERE t.run = r.run AND t.ord = 0)) AS view,
       (SELECT '{' || group_concat('"' || t.name || '":"' || coalesce(w.verdict,
           s.verdict, 'not_checked') || '"') || '}'
         FROM trust_view t
         LEFT JOIN view_verdict w ON w.run = r.run AND w.endpoint = r.endpoint
           AND w.view = t.name
         WHERE t.run = r.run) AS views,
       coalesce(s.remaining, '[]') AS remaining, s.path_valid,
       coalesce(s.revocation, 'not_checked') AS revocation,
       s.revocation_source, s.revocation_this_update, s.revocation_next_update,
       s.revoked_at, s.revocation_reason,
       e.client_cert, o.fault AS client_fault, o.detail AS client_detail,
       (SELECT d.sha256 FROM certificate d WHERE d.id = o.certificate)
         AS client_fingerprint_sha256,
       (p.flags & 8) <> 0 AS client_cert_sent,
       (p.flags & 16) <> 0 AS cert_request_late,
       p.http_status, p.http_substatus, p.http_reply,
       i.facts AS inventory, m.clients, m.policies, m.grade,
       m.grade_without_trust, m.grade_at_best, m.grade_score, m.grade_parts,
       m.grade_rules
FROM row r
JOIN endpoint e ON e.run = r.run AND e.id = r.endpoint
LEFT JOIN result s ON s.run = r.run AND s.endpoint = r.endpoint
LEFT JOIN probe p ON p.run = r.run AND p.endpoint = r.endpoint
  AND p.ord = s.main_probe
LEFT JOIN answer a ON p.leaf IS NULL AND a.run = r.run
  AND a.endpoint = r.endpoint -- of the newest version, the first
  AND a.version * 256 - a.ord = (SELECT max(b.version * 256 - b.ord)
    FROM answer b WHERE b.run = r.run AND b.endpoint = r.endpoint
      AND b.leaf IS NOT NULL AND b.ask NOT IN ('no_sni', 'other_sni'))
LEFT JOIN certificate c ON c.id = coalesce(p.leaf, a.leaf)
LEFT JOIN client o ON o.run = r.run AND o.endpoint = r.endpoint
LEFT JOIN inventory i ON i.run = r.run AND i.endpoint = r.endpoint
LEFT JOIN measured m ON m.run = r.run AND m.endpoint = r.endpoint;

-- One line for each question that a hand-built ClientHello asked; NULL where
-- the answer does not say.
CREATE VIEW v_answer AS
SELECT a.run, a.endpoint, a.ord, a.ask, a.ended, a.sys_errno, a.ms,
       a.hello_bytes, nullif(a.alert >> 8, 0) AS alert_level,
       CASE WHEN a.alert > 0 THEN a.alert & 255 END AS alert, a.first_bytes,
       nullif(a.version, 0) AS tls_version,
       CASE WHEN a.version > 0 THEN a.cipher END AS cipher,
       nullif(a.kex_group, 0) AS kex_group,
       nullif(a.signature, 0) AS signature, nullif(a.dh_bits, 0) AS dh_bits,
       CASE WHEN a.version > 0 THEN a.compression END AS compression,
       (a.flags & 1) <> 0 AS secure_renegotiation,
       (a.flags & 2) <> 0 AS extended_master_secret,
       (a.flags & 4) <> 0 AS downgrade_sentinel,
       (a.flags & 8) <> 0 AS asks_for_cert,
       (a.flags & 16) <> 0 AS unusual_group, a.chain,
       c.sha256 AS fingerprint_sha256
FROM answer a LEFT JOIN certificate c ON c.id = a.leaf;

-- One line for each endpoint that was asked for all that it serves: yes, no or
-- unknown. `facts` is a JSON object. It has, for each version ("SSLv2" ...
-- "TLSv1.3"), an object of `served`, `complete` (1: it refused what is not
-- listed), `order` (yes: the server's decides) and `suites`; beside them
-- `groups`, `groups_complete`, `schemes`, `schemes_complete`, `min_dh_bits` (0:
-- none seen), `secure_renegotiation`, `extended_master_secret`, `compression`,
-- `fallback_scsv`, `stapling`, `sni_needed`, `alpn` and `connections`. Suites,
-- groups and schemes are IANA's numbers.
CREATE VIEW v_inventory AS
SELECT run, endpoint, ssl2, ssl3, tls1_0, tls1_1, tls1_2, tls1_3, facts
FROM inventory;

-- One line for each endpoint that a certificate of our own was configured for.
CREATE VIEW v_client AS
SELECT o.run, o.endpoint, o.fault, o.detail, c.sha256 AS fingerprint_sha256
FROM client o LEFT JOIN certificate c ON c.id = o.certificate;

-- What a run was held against, clients (`kind` profile) and rules (policy).
CREATE VIEW v_measure AS
SELECT run, kind, ord, name, title, source, confidence, family, sha256, rules
FROM measure;

-- One line for each endpoint and client: works fails unknown. `message` is what
-- that client would say.
CREATE VIEW v_profile AS
SELECT d.run, d.endpoint, m.name AS profile,
       CASE substr(d.clients, m.ord + 1, 1) WHEN 'w' THEN 'works'
         WHEN 'f' THEN 'fails' ELSE 'unknown' END AS outcome,
       r.cause, coalesce(r.why, '') AS why, r.message
FROM measured d
JOIN measure m ON m.run = d.run AND m.kind = 'profile'
  AND substr(d.clients, m.ord + 1, 1) NOT IN ('', '-')
LEFT JOIN profile_result r ON r.run = d.run AND r.endpoint = d.endpoint
  AND r.profile = m.ord;

-- One line for each client that an endpoint does not work for, or not surely.
CREATE VIEW v_profile_reason AS
SELECT r.run, r.endpoint, m.name AS profile, m.ord AS profile_ord,
       CASE substr(d.clients, m.ord + 1, 1) WHEN 'f' THEN 'fails'
         ELSE 'unknown' END AS outcome, r.cause, r.why, r.message
FROM profile_result r
JOIN measured d ON d.run = r.run AND d.endpoint = r.endpoint
JOIN measure m ON m.run = r.run AND m.kind = 'profile' AND m.ord = r.profile;

-- One line for each endpoint and policy: pass fail unknown. `failed`, `warnings`
-- and `unknown` are JSON arrays of rules.
CREATE VIEW v_policy AS
SELECT d.run, d.endpoint, m.name AS policy,
       CASE substr(d.policies, m.ord + 1, 1) WHEN 'p' THEN 'pass'
         WHEN 'f' THEN 'fail' ELSE 'unknown' END AS outcome,
       (SELECT '[' || coalesce(group_concat('"' || r.rule || '"'), '') || ']'
         FROM policy_result r
         WHERE r.run = d.run AND r.endpoint = d.endpoint AND r.policy = m.ord
         AND r.outcome = 'fail' AND r.warning = 0) AS failed,
       (SELECT '[' || coalesce(group_concat('"' || r.rule || '"'), '') || ']'
         FROM policy_result r
         WHERE r.run = d.run AND r.endpoint = d.endpoint AND r.policy = m.ord
         AND r.outcome = 'fail' AND r.warning <> 0) AS warnings,
       (SELECT '[' || coalesce(group_concat('"' || r.rule || '"'), '') || ']'
         FROM policy_result r
         WHERE r.run = d.run AND r.endpoint = d.endpoint AND r.policy = m.ord
         AND r.outcome = 'unknown') AS unknown
FROM measured d
JOIN measure m ON m.run = d.run AND m.kind = 'policy'
  AND substr(d.policies, m.ord + 1, 1) NOT IN ('', '-');

-- One line for each rule that an endpoint does not pass.
CREATE VIEW v_rule AS
SELECT r.run, r.endpoint, m.name AS policy, m.ord AS policy_ord, r.ord, r.rule,
       r.outcome, r.warning, r.why
FROM policy_result r
JOIN measure m ON m.run = r.run AND m.kind = 'policy' AND m.ord = r.policy;

-- One line for each endpoint and trust view of its run.
CREATE VIEW v_verdict AS
SELECT s.run, s.endpoint, t.name AS view,
       coalesce(w.verdict, s.verdict) AS verdict,
       CASE WHEN w.verdict IS NULL THEN s.primary_cause ELSE w.primary_cause END
         AS primary_cause
FROM result s JOIN trust_view t ON t.run = s.run
LEFT JOIN view_verdict w ON w.run = s.run AND w.endpoint = s.endpoint
  AND w.view = t.name;

-- One line for each finding of each endpoint, the primary one first. The
-- input_duplicate finding of a later row is not here: it belongs to a row, see
-- v_endpoint.duplicate_of_line.
CREATE VIEW v_finding AS
SELECT f.run, f.endpoint, f.ord, f.cause, f.severity, f.confidence, f.blocks,
       f.proof, f.rule, f.position, f.resolution, f.action, f.subject_key,
       f.subject, c.sha256 AS fingerprint_sha256
FROM finding f LEFT JOIN certificate c ON c.id = f.certificate;

CREATE VIEW v_action AS
SELECT a.run, a.rank, a.key, a.resolution, a.subject_key, a.subject, a.severity,
       a.fixes_rows, a.touches_rows, a.causes, a.owners, a.num_owners,
       a.example_row, c.sha256 AS fingerprint_sha256
FROM action a LEFT JOIN certificate c ON c.id = a.certificate;

CREATE VIEW v_certificate AS
SELECT id AS certificate, sha256 AS fingerprint_sha256, parse_error, subject,
       subject_cn, issuer, issuer_cn, serial, not_before, not_after, key_alg,
       key_bits, sig_alg, spki_sha256, is_ca, self_issued, names, names_total,
       der
FROM certificate;

-- One line for each URL that was tried; `bytes` and `content_sha256` are of what
-- was usable of the answer, `fingerprint_sha256` is the certificate that an OCSP
-- responder was asked about.
CREATE VIEW v_download AS
SELECT d.run, d.ord, d.url, d.kind, d.result, d.http_status, d.detail,
       d.fetched, d.ms, length(c.bytes) AS bytes, c.sha256 AS content_sha256,
       d.certificate AS fingerprint_sha256
FROM download d LEFT JOIN content c ON c.id = d.content;

-- One line for each verdict of each run that has ended: its input rows.
CREATE VIEW v_run_verdict AS
SELECT run, verdict, rows FROM run_verdict;

-- One line for each endpoint of a run beside the same endpoint of another run,
-- `baseline`. Name both: WHERE run = 7 AND baseline = 6. Endpoints are the same
-- by host, port, protocol, sni, and the row's own client certificate and trust
-- view; those that cannot be read have no name, and are left out. `change` is
-- new_endpoint, gone, new_failure, fixed, still_failing, other_cause,
-- renewed_same_key, renewed_new_key, unchanged or not_compared. It looks at two
-- runs and at the address that was judged: what the reports call regressed is
-- new_failure here, and what is renewed_partly there is renewed or unchanged.
CREATE VIEW v_change AS
SELECT x.run, x.baseline, x.endpoint, x.baseline_endpoint, x.host, x.port,
       x.protocol, x.sni,
       CASE WHEN x.baseline_endpoint IS NULL THEN 'new_endpoint'
         WHEN x.verdict = 'not_checked' OR x.verdict_before = 'not_checked'
           THEN 'not_compared'
         WHEN x.verdict <> 'trusted' AND x.verdict_before = 'trusted'
           THEN 'new_failure'
         WHEN x.verdict = 'trusted' AND x.verdict_before <> 'trusted'
           THEN 'fixed'
         WHEN x.verdict <> 'trusted' THEN
           CASE WHEN x.cause IS x.cause_before THEN 'still_failing'
             ELSE 'other_cause' END
         WHEN c.id IS NULL OR b.id IS NULL OR c.id = b.id THEN 'unchanged'
         WHEN c.spki_sha256 = b.spki_sha256 THEN 'renewed_same_key'
         ELSE 'renewed_new_key' END AS change,
       x.verdict_before, x.verdict, x.cause_before, x.cause,
       b.sha256 AS fingerprint_sha256_before, c.sha256 AS fingerprint_sha256
FROM (SELECT e.run, o.id AS baseline, e.id AS endpoint,
        d.id AS baseline_endpoint, e.host, e.port, e.protocol, e.sni,
        CASE WHEN d.id IS NOT NULL THEN coalesce(t.verdict, 'not_checked') END
          AS verdict_before,
        coalesce(s.verdict, 'not_checked') AS verdict,
        t.primary_cause AS cause_before, s.primary_cause AS cause,
        q.leaf AS leaf_before, p.leaf
      FROM endpoint e
      JOIN run o ON o.id <> e.run
      LEFT JOIN endpoint d ON d.run = o.id AND d.host = e.host
        AND d.port = e.port AND d.protocol = e.protocol AND d.sni = e.sni
        AND d.client_cert = e.client_cert AND d.trust = e.trust
        AND d.flags = e.flags AND ((e.flags & 4) = 0
          OR d.http_path = e.http_path)
      LEFT JOIN result s ON s.run = e.run AND s.endpoint = e.id
      LEFT JOIN probe p ON p.run = e.run AND p.endpoint = e.id
        AND p.ord = s.main_probe
      LEFT JOIN result t ON t.run = d.run AND t.endpoint = d.id
      LEFT JOIN probe q ON q.run = d.run AND q.endpoint = d.id
        AND q.ord = t.main_probe
      WHERE e.host <> '') AS x
LEFT JOIN certificate b ON b.id = x.leaf_before
LEFT JOIN certificate c ON c.id = x.leaf
UNION ALL
SELECT n.id, d.run, NULL, d.id, d.host, d.port, d.protocol, d.sni, 'gone',
       coalesce(t.verdict, 'not_checked'), NULL, t.primary_cause, NULL,
       b.sha256, NULL
FROM endpoint d
JOIN run n ON n.id <> d.run
LEFT JOIN endpoint e ON e.run = n.id AND e.host = d.host AND e.port = d.port
  AND e.protocol = d.protocol AND e.sni = d.sni
  AND e.client_cert = d.client_cert AND e.trust = d.trust
  AND e.flags = d.flags AND ((d.flags & 4) = 0 OR e.http_path = d.http_path)
LEFT JOIN result t ON t.run = d.run AND t.endpoint = d.id
LEFT JOIN probe q ON q.run = d.run AND q.endpoint = d.id
  AND q.ord = t.main_probe
LEFT JOIN certificate b ON b.id = q.leaf
WHERE d.host <> '' AND e.id IS NULL;
