-- What the database is asked for: figures of a stocktake, equal to those that
-- review counts (checked in every run). A document counts here if it is filed
-- and was neither withdrawn nor replaced.

-- name: schema
CREATE TABLE document (
  n INTEGER PRIMARY KEY, id BLOB NOT NULL, log INTEGER NOT NULL, position INTEGER NOT NULL, filed INTEGER,
  kind TEXT NOT NULL, author TEXT NOT NULL, about BLOB NOT NULL, supersedes BLOB,
  lineage BLOB,                                            -- of pledges and what is about them: the first version
  word TEXT, round TEXT, flexible INTEGER, addressee TEXT  -- status, type, position or decision
) STRICT;
CREATE TABLE resource (document INTEGER NOT NULL, currency TEXT NOT NULL, thousandths INTEGER NOT NULL) STRICT;
CREATE TABLE finding (document INTEGER NOT NULL, objective INTEGER NOT NULL, rating TEXT NOT NULL) STRICT;
CREATE TABLE participant (id TEXT PRIMARY KEY) STRICT;
CREATE TABLE round (id TEXT PRIMARY KEY, due TEXT NOT NULL) STRICT;
CREATE UNIQUE INDEX document_id ON document (id);
CREATE INDEX document_place ON document (log, position);

-- name: indexes
CREATE INDEX document_about ON document (about, kind);
CREATE INDEX document_lineage ON document (lineage, kind);
CREATE INDEX document_kind ON document (kind, word);
CREATE INDEX document_supersedes ON document (supersedes) WHERE supersedes IS NOT NULL;
CREATE INDEX document_round ON document (round, author) WHERE round IS NOT NULL;
CREATE INDEX resource_document ON resource (document);
CREATE INDEX finding_document ON finding (document);
ANALYZE;

-- name: views
CREATE VIEW standing AS -- pledges: of all versions that no other replaces and nobody withdrew, the last
SELECT n, id, lineage, author FROM (
  SELECT n, id, lineage, author, row_number() OVER (PARTITION BY lineage ORDER BY filed DESC, id DESC) AS place FROM document p
  WHERE kind = 'pledge' AND filed IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM document v WHERE v.supersedes = p.id AND v.filed IS NOT NULL)
    AND NOT EXISTS (SELECT 1 FROM document w WHERE w.about = p.id AND w.kind = 'withdrawal' AND w.filed IS NOT NULL)
) WHERE place = 1;

-- name: pledges by status
SELECT 'status: ' || coalesce((
  SELECT r.word FROM document r
  WHERE r.lineage = s.lineage AND r.kind = 'report' AND r.author = s.author AND r.filed IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM document w WHERE w.about = r.id AND w.kind = 'withdrawal' AND w.filed IS NOT NULL)
  ORDER BY r.filed DESC, r.id DESC LIMIT 1), 'none reported') AS name, count(*)
FROM standing s GROUP BY name;

-- name: due states
WITH decision AS (
  SELECT round, author, word FROM (
    SELECT d.round, d.author, d.word, row_number() OVER (PARTITION BY d.round, d.author
      ORDER BY date(d.filed, 'unixepoch') <= r.due DESC, iif(date(d.filed, 'unixepoch') <= r.due, -d.filed, d.filed)) AS place
    FROM document d JOIN round r ON r.id = d.round WHERE d.kind = 'accession' AND d.filed IS NOT NULL)
  WHERE place = 1
), said AS (
  SELECT f.round, f.author,
    max(date(f.filed, 'unixepoch') <= r.due AND NOT f.flexible) AS whole,
    max(date(f.filed, 'unixepoch') <= r.due AND f.flexible) AS flexible,
    max(date(f.filed, 'unixepoch') > r.due) AS late
  FROM document f JOIN round r ON r.id = f.round
  WHERE f.kind IN ('report', 'assessment') AND f.filed IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM document w WHERE w.about = f.id AND w.kind = 'withdrawal' AND w.filed IS NOT NULL)
    AND (f.kind = 'assessment' OR f.author = f.addressee OR EXISTS ( -- a party that has acceded to that version
      SELECT 1 FROM document a WHERE a.about = f.about AND a.kind = 'accession' AND a.author = f.author AND a.word <> 'declined' AND a.filed IS NOT NULL))
  GROUP BY f.round, f.author
)
SELECT r.id || ': ' || CASE
  WHEN d.word IS NULL THEN 'not in this round' WHEN d.word = 'declined' THEN 'declined'
  WHEN s.whole THEN 'filed' WHEN s.flexible THEN 'flexibility used' WHEN s.late THEN 'late'
  WHEN (SELECT date(max(filed), 'unixepoch') FROM document) > r.due THEN 'no report received' ELSE 'not due' END AS name, count(*)
FROM round r CROSS JOIN participant p
LEFT JOIN decision d ON d.round = r.id AND d.author = p.id
LEFT JOIN said s ON s.round = r.id AND s.author = p.id
GROUP BY name;

-- name: recommendations
SELECT coalesce((
  SELECT a.word FROM document a
  WHERE a.about = k.id AND a.kind = 'response' AND a.author = k.addressee AND a.filed IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM document w WHERE w.about = a.id AND w.kind = 'withdrawal' AND w.filed IS NOT NULL)
  ORDER BY a.filed DESC, a.id DESC LIMIT 1), 'open') AS name, count(*)
FROM document k
WHERE k.kind = 'comment' AND k.word = 'recommendation' AND k.filed IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM document w WHERE w.about = k.id AND w.kind = 'withdrawal' AND w.filed IS NOT NULL)
GROUP BY name;

-- name: resources per currency
SELECT 'pledged ' || r.currency AS name, sum(r.thousandths) FROM standing s JOIN resource r ON r.document = s.n GROUP BY name;

-- name: findings per rating
SELECT 'rating: ' || f.rating AS name, count(*) FROM document a JOIN finding f ON f.document = a.n
WHERE a.kind = 'assessment' AND a.filed IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM document w WHERE w.about = a.id AND w.kind = 'withdrawal' AND w.filed IS NOT NULL)
GROUP BY name;
