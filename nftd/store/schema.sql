-- The store as its migrations leave it, written from them; a test keeps it equal.

CREATE TABLE alembic_version (
  version_num VARCHAR(32) NOT NULL,
  CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);

CREATE TABLE cycle (
  id TEXT NOT NULL,
  started_at TEXT NOT NULL,
  finished_at TEXT,
  summary JSON,
  PRIMARY KEY (id)
);

CREATE TABLE event (
  id INTEGER NOT NULL,
  at TEXT NOT NULL,
  entity TEXT NOT NULL,
  old TEXT,
  new TEXT NOT NULL,
  reason TEXT,
  actor TEXT NOT NULL,
  cycle TEXT,
  PRIMARY KEY (id)
);

CREATE INDEX event_by_entity ON event (entity, id);

CREATE TABLE listing (
  id TEXT NOT NULL,
  market TEXT NOT NULL,
  market_id TEXT NOT NULL,
  feed TEXT NOT NULL,
  title TEXT NOT NULL,
  creator TEXT,
  series TEXT,
  ask_base TEXT,
  ask_decimals INTEGER,
  ask_asset TEXT,
  ask_shadow FLOAT,
  likes INTEGER,
  supply INTEGER,
  year INTEGER,
  nsfw BOOLEAN,
  rights JSON NOT NULL,
  royalty_bps INTEGER,
  media_url TEXT,
  media_kind TEXT NOT NULL,
  media_mime TEXT,
  url TEXT NOT NULL,
  chain TEXT,
  contract TEXT,
  token_id TEXT,
  invented BOOLEAN NOT NULL,
  demo BOOLEAN NOT NULL,
  first_seen_at TEXT NOT NULL,
  seen_at TEXT NOT NULL,
  raw JSON NOT NULL,
  state TEXT NOT NULL,
  reason TEXT,
  rank INTEGER,
  selection JSON, mark TEXT,
  PRIMARY KEY (id),
  UNIQUE (market, market_id)
);

CREATE INDEX listing_by_state ON listing (state);

CREATE TABLE pin (
  cid TEXT NOT NULL,
  pinner TEXT NOT NULL,
  state TEXT NOT NULL,
  file TEXT,
  proven_at TEXT,
  PRIMARY KEY (cid, pinner)
);

CREATE TABLE recipe (
  id TEXT NOT NULL,
  content TEXT NOT NULL,
  PRIMARY KEY (id)
);

CREATE TABLE score (
  image TEXT NOT NULL,
  critic TEXT NOT NULL,
  version TEXT NOT NULL,
  raw FLOAT NOT NULL,
  percentile FLOAT,
  PRIMARY KEY (image, critic, version)
);

CREATE TABLE work (
  id INTEGER NOT NULL,
  stage TEXT NOT NULL,
  "key" TEXT NOT NULL,
  state TEXT NOT NULL,
  priority INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  owner TEXT,
  lease_until FLOAT NOT NULL,
  not_before FLOAT NOT NULL,
  error JSON,
  PRIMARY KEY (id),
  CONSTRAINT work_state CHECK (state IN ('ready', 'leased', 'done', 'parked')),
  UNIQUE (stage, "key")
);

CREATE INDEX work_to_claim ON work (stage, state, priority, id);

CREATE TABLE observation (
  id INTEGER NOT NULL,
  listing TEXT NOT NULL,
  at TEXT NOT NULL,
  kind TEXT NOT NULL,
  base TEXT NOT NULL,
  decimals INTEGER NOT NULL,
  asset TEXT NOT NULL,
  shadow FLOAT NOT NULL,
  usd TEXT,
  rate_source TEXT, event TEXT, buyer TEXT, seller TEXT,
  PRIMARY KEY (id),
  CONSTRAINT observation_kind CHECK (kind IN ('ask', 'bid', 'sale')),
  FOREIGN KEY(listing) REFERENCES listing (id)
);

CREATE INDEX observation_by_listing ON observation (listing, kind, id);

CREATE TABLE source (
  id TEXT NOT NULL,
  listing TEXT NOT NULL,
  image TEXT,
  image_type TEXT,
  work TEXT,
  width INTEGER,
  height INTEGER,
  phash TEXT,
  category TEXT,
  probabilities JSON,
  embedding BLOB,
  state TEXT NOT NULL,
  reason TEXT, address TEXT,
  PRIMARY KEY (id),
  FOREIGN KEY(listing) REFERENCES listing (id)
);

CREATE INDEX source_by_listing ON source (listing);

CREATE TABLE run (
  id TEXT NOT NULL,
  source TEXT NOT NULL,
  recipe TEXT NOT NULL,
  take INTEGER NOT NULL,
  seed BIGINT NOT NULL,
  state TEXT NOT NULL,
  reason TEXT,
  kept_step INTEGER NOT NULL,
  seconds FLOAT NOT NULL,
  choice JSON,
  PRIMARY KEY (id),
  FOREIGN KEY(recipe) REFERENCES recipe (id),
  FOREIGN KEY(source) REFERENCES source (id),
  UNIQUE (source, recipe, take)
);

CREATE TABLE verdict (
  source TEXT NOT NULL,
  gate TEXT NOT NULL,
  position INTEGER NOT NULL,
  ok BOOLEAN NOT NULL,
  reason TEXT NOT NULL,
  value JSON,
  "limit" JSON,
  at TEXT NOT NULL,
  PRIMARY KEY (source, gate),
  FOREIGN KEY(source) REFERENCES source (id)
);

CREATE TABLE iterate (
  run TEXT NOT NULL,
  step INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  image TEXT NOT NULL,
  embedding BLOB NOT NULL,
  losses JSON NOT NULL,
  similarity FLOAT NOT NULL,
  PRIMARY KEY (run, step),
  FOREIGN KEY(run) REFERENCES run (id)
);

CREATE TABLE artwork (
  id TEXT NOT NULL,
  run TEXT NOT NULL,
  step INTEGER NOT NULL,
  image TEXT NOT NULL,
  state TEXT NOT NULL,
  draft TEXT,
  made_at TEXT NOT NULL,
  PRIMARY KEY (id),
  FOREIGN KEY(run, step) REFERENCES iterate (run, step),
  FOREIGN KEY(run) REFERENCES run (id),
  UNIQUE (run)
);

CREATE INDEX artwork_by_state ON artwork (state);

CREATE TABLE draft (
  id TEXT NOT NULL,
  artwork TEXT NOT NULL,
  digest TEXT NOT NULL,
  content TEXT NOT NULL,
  image_dir_cid TEXT NOT NULL,
  metadata_dir_cid TEXT NOT NULL,
  terms TEXT,
  made_at TEXT NOT NULL,
  PRIMARY KEY (id),
  FOREIGN KEY(artwork) REFERENCES artwork (id),
  UNIQUE (artwork, id)
);

CREATE TABLE decision (
  id INTEGER NOT NULL,
  artwork TEXT NOT NULL,
  draft TEXT NOT NULL,
  verdict TEXT NOT NULL,
  reason TEXT,
  basis TEXT,
  reviewer TEXT NOT NULL,
  at TEXT NOT NULL,
  ordered_run TEXT,
  PRIMARY KEY (id),
  CONSTRAINT decision_verdict CHECK (verdict IN ('approve', 'reject', 'again', 'undo')),
  FOREIGN KEY(artwork, draft) REFERENCES draft (artwork, id) ON DELETE RESTRICT,
  FOREIGN KEY(ordered_run) REFERENCES run (id),
  UNIQUE (id, artwork, draft, verdict)
);

CREATE INDEX decision_by_artwork ON decision (artwork, id);

CREATE TABLE approval (
  artwork TEXT NOT NULL,
  draft TEXT NOT NULL,
  decision INTEGER NOT NULL,
  verdict TEXT NOT NULL,
  PRIMARY KEY (artwork),
  CONSTRAINT approval_is_a_yes CHECK (verdict = 'approve'),
  FOREIGN KEY(decision, artwork, draft, verdict) REFERENCES decision (id, artwork, draft, verdict) ON DELETE RESTRICT,
  UNIQUE (artwork, draft)
);

CREATE TABLE publication (
  id TEXT NOT NULL,
  artwork TEXT NOT NULL,
  draft TEXT NOT NULL,
  target TEXT NOT NULL,
  token_id TEXT NOT NULL,
  typed_data JSON NOT NULL,
  digest TEXT NOT NULL,
  state TEXT NOT NULL,
  made_at TEXT NOT NULL,
  PRIMARY KEY (id),
  FOREIGN KEY(artwork, draft) REFERENCES approval (artwork, draft) ON DELETE RESTRICT,
  UNIQUE (artwork, target)
);

CREATE TABLE signature (
  publication TEXT NOT NULL,
  signer TEXT NOT NULL,
  signature TEXT NOT NULL,
  at TEXT NOT NULL,
  PRIMARY KEY (publication, signer),
  FOREIGN KEY(publication) REFERENCES publication (id) ON DELETE RESTRICT
);

CREATE TRIGGER decision_never_replace BEFORE INSERT ON decision WHEN EXISTS (SELECT 1 FROM decision WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'decision is append-only'); END;

CREATE TRIGGER draft_never_replace BEFORE INSERT ON draft WHEN EXISTS (SELECT 1 FROM draft WHERE id = NEW.id AND content <> NEW.content) BEGIN SELECT RAISE(ABORT, 'draft is append-only'); END;

CREATE TRIGGER event_never_replace BEFORE INSERT ON event WHEN EXISTS (SELECT 1 FROM event WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'event is append-only'); END;

CREATE TRIGGER observation_never_replace BEFORE INSERT ON observation WHEN EXISTS (SELECT 1 FROM observation WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'observation is append-only'); END;

CREATE TRIGGER decision_never_update BEFORE UPDATE ON decision BEGIN SELECT RAISE(ABORT, 'decision is append-only'); END;

CREATE TRIGGER decision_never_delete BEFORE DELETE ON decision BEGIN SELECT RAISE(ABORT, 'decision is append-only'); END;

CREATE TRIGGER draft_never_update BEFORE UPDATE ON draft BEGIN SELECT RAISE(ABORT, 'draft is append-only'); END;

CREATE TRIGGER draft_never_delete BEFORE DELETE ON draft BEGIN SELECT RAISE(ABORT, 'draft is append-only'); END;

CREATE TRIGGER event_never_update BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'event is append-only'); END;

CREATE TRIGGER event_never_delete BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'event is append-only'); END;

CREATE TRIGGER observation_never_update BEFORE UPDATE ON observation BEGIN SELECT RAISE(ABORT, 'observation is append-only'); END;

CREATE TRIGGER observation_never_delete BEFORE DELETE ON observation BEGIN SELECT RAISE(ABORT, 'observation is append-only'); END;

CREATE INDEX listing_by_mark ON listing (market, mark);

CREATE INDEX source_by_address ON source (address);

CREATE UNIQUE INDEX observation_by_event ON observation (listing, event) WHERE event IS NOT NULL;

CREATE TABLE page (
  id INTEGER NOT NULL,
  feed TEXT NOT NULL,
  "key" TEXT NOT NULL,
  url TEXT NOT NULL,
  status INTEGER NOT NULL,
  content_type TEXT NOT NULL,
  charset TEXT,
  etag TEXT,
  last_modified TEXT,
  blob TEXT NOT NULL,
  first_at TEXT NOT NULL,
  fetched_at TEXT NOT NULL,
  PRIMARY KEY (id)
);

CREATE INDEX page_by_key ON page (feed, "key", id);

CREATE TABLE budget (
  feed TEXT NOT NULL,
  month TEXT NOT NULL,
  requests INTEGER NOT NULL,
  PRIMARY KEY (feed, month)
);

CREATE TABLE reading (
  feed TEXT NOT NULL,
  rules TEXT NOT NULL,
  cursor TEXT,
  started_at TEXT NOT NULL,
  finished_at TEXT,
  pages INTEGER NOT NULL,
  seen INTEGER NOT NULL,
  new INTEGER NOT NULL,
  caught_up BOOLEAN NOT NULL,
  PRIMARY KEY (feed)
);

CREATE TABLE reading_log (
  id INTEGER NOT NULL,
  feed TEXT NOT NULL,
  cycle TEXT,
  at TEXT NOT NULL,
  outcome TEXT NOT NULL,
  pages INTEGER NOT NULL,
  seen INTEGER NOT NULL,
  new INTEGER NOT NULL,
  PRIMARY KEY (id),
  CONSTRAINT reading_log_outcome CHECK (outcome IN ('read', 'nothing_new', 'blocked', 'changed', 'failed'))
);

CREATE INDEX reading_log_by_feed ON reading_log (feed, id);

CREATE TABLE rate (
  asset TEXT NOT NULL,
  day TEXT NOT NULL,
  source TEXT NOT NULL,
  usd TEXT NOT NULL,
  PRIMARY KEY (asset, day, source)
);

CREATE TRIGGER reading_log_never_replace BEFORE INSERT ON reading_log WHEN EXISTS (SELECT 1 FROM reading_log WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'reading_log is append-only'); END;

CREATE TRIGGER reading_log_never_update BEFORE UPDATE ON reading_log BEGIN SELECT RAISE(ABORT, 'reading_log is append-only'); END;

CREATE TRIGGER reading_log_never_delete BEFORE DELETE ON reading_log BEGIN SELECT RAISE(ABORT, 'reading_log is append-only'); END;

CREATE TABLE appeal (
  id INTEGER NOT NULL,
  source TEXT NOT NULL,
  gate TEXT NOT NULL,
  basis TEXT NOT NULL,
  category TEXT,
  reviewer TEXT NOT NULL,
  at TEXT NOT NULL,
  PRIMARY KEY (id),
  FOREIGN KEY(source) REFERENCES source (id)
);

CREATE INDEX appeal_by_source ON appeal (source, id);

CREATE TRIGGER appeal_never_replace BEFORE INSERT ON appeal WHEN EXISTS (SELECT 1 FROM appeal WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'appeal is append-only'); END;

CREATE TRIGGER appeal_never_update BEFORE UPDATE ON appeal BEGIN SELECT RAISE(ABORT, 'appeal is append-only'); END;

CREATE TRIGGER appeal_never_delete BEFORE DELETE ON appeal BEGIN SELECT RAISE(ABORT, 'appeal is append-only'); END;

CREATE TABLE appraisal (
  id INTEGER NOT NULL,
  at TEXT NOT NULL,
  cycle TEXT,
  policy TEXT NOT NULL,
  rule JSON NOT NULL,
  compared INTEGER NOT NULL,
  scored INTEGER NOT NULL,
  floor FLOAT,
  last_observation INTEGER NOT NULL,
  PRIMARY KEY (id)
);

CREATE TABLE comparables (
  id INTEGER NOT NULL,
  appraisal INTEGER NOT NULL,
  kind TEXT NOT NULL,
  market TEXT,
  asset TEXT,
  period TEXT,
  own_rows INTEGER NOT NULL,
  widened TEXT,
  rows INTEGER NOT NULL,
  median FLOAT,
  mad FLOAT,
  low FLOAT,
  high FLOAT,
  floor FLOAT,
  PRIMARY KEY (id),
  FOREIGN KEY(appraisal) REFERENCES appraisal (id)
);

CREATE TABLE valuation (
  listing TEXT NOT NULL,
  appraisal INTEGER NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  rank INTEGER,
  tier TEXT,
  value FLOAT,
  asset TEXT,
  usd FLOAT,
  ask FLOAT,
  sales INTEGER,
  buyers INTEGER,
  washed INTEGER,
  peers INTEGER,
  comparables INTEGER,
  deviation FLOAT,
  place INTEGER,
  likes INTEGER,
  band INTEGER,
  likes_place INTEGER,
  likes_percentile FLOAT,
  score FLOAT,
  PRIMARY KEY (listing),
  FOREIGN KEY(listing) REFERENCES listing (id),
  FOREIGN KEY(appraisal) REFERENCES appraisal (id),
  FOREIGN KEY(comparables) REFERENCES comparables (id),
  FOREIGN KEY(band) REFERENCES comparables (id)
)
 WITHOUT ROWID
;
