BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
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
INSERT INTO "approval" VALUES('a-47af9585aa366c53c1e2e58225deca00','d-8e57305867deb3184b057e3349040586',1,'approve');
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
INSERT INTO "artwork" VALUES('a-47af9585aa366c53c1e2e58225deca00','r-c59c80c0c2cf7b1ea0532765c94b86e8',2,'4b17486cf85c5dd3e9ed1da00ed35e1ca65a33874acf099589c1f8e12bcfcf6c','waiting','d-8e57305867deb3184b057e3349040586','2026-11-22T13:47:17.792303Z');
INSERT INTO "artwork" VALUES('a-5ab167258411564849cea8e5e4eba65e','r-a20185b0d532aa1a05f897527bf87e48',2,'e9c90103e6d97514f1108ec75f180c02302276b89615aab74915f51d2fde02e6','waiting','d-59d8f144bd5958089c8268094c3b3dfc','2026-11-22T13:47:17.892045Z');
CREATE TABLE cycle (
	id TEXT NOT NULL, 
	started_at TEXT NOT NULL, 
	finished_at TEXT, 
	summary JSON, 
	PRIMARY KEY (id)
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
INSERT INTO "decision" VALUES(1,'a-47af9585aa366c53c1e2e58225deca00','d-8e57305867deb3184b057e3349040586','approve',NULL,NULL,'tester','2026-11-22T13:47:17.893913Z',NULL);
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
INSERT INTO "draft" VALUES('d-8e57305867deb3184b057e3349040586','a-47af9585aa366c53c1e2e58225deca00','8e57305867deb3184b057e3349040586105c2bbbfbbe0779dbf1077e99b8c944','{"format":"nftd.draft/1","image":{"cid":"bafkreiclc5egz6c4lxj6t3i5uahngxq4uzndhb2kz4ezlcob7dqsxt6pnq","directory_cid":"bafybeie352e53ab3rvvs7kskmzgjs5zxrqyxxfurci7ft44xjn3r7cssce","sha256":"4b17486cf85c5dd3e9ed1da00ed35e1ca65a33874acf099589c1f8e12bcfcf6c"},"metadata":{"cid":"bafkreifbyfvlu3mwo5c7hxvtcymr7nbyohhdvwx4yrrhqho72csivnllhm","directory_cid":"bafybeiguh4qj4dbcpfczv5hxtingvjcbh7novu5rdelnsukh7mdcnpb7fy","text":"{\"attributes\":[{\"trait_type\":\"category\",\"value\":\"faces\"},{\"trait_type\":\"prompt\",\"value\":\"a painting of a face\"},{\"trait_type\":\"iterate\",\"value\":2}],\"description\":\"\",\"image\":\"ipfs://bafybeie352e53ab3rvvs7kskmzgjs5zxrqyxxfurci7ft44xjn3r7cssce/image.png\",\"name\":\"After Work 1\",\"provenance\":{\"digital_source_type\":\"http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia\",\"generator\":\"mini\",\"models\":{\"vqgan.safetensors\":\"0000000000000000000000000000000000000000000000000000000000000000\"},\"recipe\":\"39aa9b14e46b3538d0d271a3f4f14ace0de0dca78d323fa2c3687f409fe76073\",\"seed\":\"7\",\"source\":{\"creator\":\"Open Clip Art\",\"license\":\"CC0-1.0\",\"market\":\"gallery\",\"title\":\"Work\",\"url\":\"https://gallery.example/1\"},\"step\":2}}"},"terms":{"chain_id":11155111,"contract":"0xe10605b2026884aCc669C2A9Cd4A5ec5f5FFf494","creators":[{"account":"0x1a642f0E3c3aF545E7AcBD38b07251B3990914F1","value":10000}],"kind":"ERC721","minter":"0x1a642f0E3c3aF545E7AcBD38b07251B3990914F1","royalties":[{"account":"0x1a642f0E3c3aF545E7AcBD38b07251B3990914F1","value":1000}],"supply":"1","token_id":"11937143535503308482087824999918982543434889214844250682894778183010055574509","uri":"/ipfs/bafybeiguh4qj4dbcpfczv5hxtingvjcbh7novu5rdelnsukh7mdcnpb7fy/metadata.json"},"token_uri":"/ipfs/bafybeiguh4qj4dbcpfczv5hxtingvjcbh7novu5rdelnsukh7mdcnpb7fy/metadata.json"}','bafybeie352e53ab3rvvs7kskmzgjs5zxrqyxxfurci7ft44xjn3r7cssce','bafybeiguh4qj4dbcpfczv5hxtingvjcbh7novu5rdelnsukh7mdcnpb7fy','0x1a642f0E3c3aF545E7AcBD38b07251B3990914F1','2026-11-22T13:47:17.832795Z');
INSERT INTO "draft" VALUES('d-59d8f144bd5958089c8268094c3b3dfc','a-5ab167258411564849cea8e5e4eba65e','59d8f144bd5958089c8268094c3b3dfcc5a9af25d2857a67cd6b04f72cdb0d98','{"format":"nftd.draft/1","image":{"cid":"bafkreihjzeaqhzwzoukpceeoy5prqdacgarhnoewcwvlosiv6uos7xqc4y","directory_cid":"bafybeigrutbygopaesw7sshepfrhuiuzkziocflujujzsrpfavd5sjgqo4","sha256":"e9c90103e6d97514f1108ec75f180c02302276b89615aab74915f51d2fde02e6"},"metadata":{"cid":"bafkreicbqudzusmfrqsh33ppdrhlhu4bkpgia3l7a2gawpjdrklgj7ktzq","directory_cid":"bafybeihiygga35rc2dzo2n5234u64pdlizv5o5pxyvcp73ytpjn3n7jlfq","text":"{\"attributes\":[{\"trait_type\":\"category\",\"value\":\"faces\"},{\"trait_type\":\"prompt\",\"value\":\"a painting of a face\"},{\"trait_type\":\"iterate\",\"value\":2}],\"description\":\"\",\"image\":\"ipfs://bafybeigrutbygopaesw7sshepfrhuiuzkziocflujujzsrpfavd5sjgqo4/image.png\",\"name\":\"After Work 2\",\"provenance\":{\"digital_source_type\":\"http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia\",\"generator\":\"mini\",\"models\":{\"vqgan.safetensors\":\"0000000000000000000000000000000000000000000000000000000000000000\"},\"recipe\":\"39aa9b14e46b3538d0d271a3f4f14ace0de0dca78d323fa2c3687f409fe76073\",\"seed\":\"7\",\"source\":{\"creator\":\"Open Clip Art\",\"license\":\"CC0-1.0\",\"market\":\"gallery\",\"title\":\"Work\",\"url\":\"https://gallery.example/1\"},\"step\":2}}"},"terms":null,"token_uri":"/ipfs/bafybeihiygga35rc2dzo2n5234u64pdlizv5o5pxyvcp73ytpjn3n7jlfq/metadata.json"}','bafybeigrutbygopaesw7sshepfrhuiuzkziocflujujzsrpfavd5sjgqo4','bafybeihiygga35rc2dzo2n5234u64pdlizv5o5pxyvcp73ytpjn3n7jlfq',NULL,'2026-11-22T13:47:17.892919Z');
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
INSERT INTO "event" VALUES(1,'2026-11-22T13:47:17.895959Z','a-47af9585aa366c53c1e2e58225deca00','waiting','approved','fine','tester','c-1');
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
INSERT INTO "iterate" VALUES('r-c59c80c0c2cf7b1ea0532765c94b86e8',1,1,'3f2858083a1cc8f03a55bd2d90a056f50fa7943fb8684073ae8d402a44501173',X'0000803F','{"total": 1.0}',0.1);
INSERT INTO "iterate" VALUES('r-c59c80c0c2cf7b1ea0532765c94b86e8',2,1,'4b17486cf85c5dd3e9ed1da00ed35e1ca65a33874acf099589c1f8e12bcfcf6c',X'0000803F','{"total": 0.5}',0.2);
INSERT INTO "iterate" VALUES('r-a20185b0d532aa1a05f897527bf87e48',1,1,'182bd5c8236350fb418d99016e896536008819964ddaf88137fc57906c302041',X'0000803F','{"total": 1.0}',0.1);
INSERT INTO "iterate" VALUES('r-a20185b0d532aa1a05f897527bf87e48',2,1,'e9c90103e6d97514f1108ec75f180c02302276b89615aab74915f51d2fde02e6',X'0000803F','{"total": 0.5}',0.2);
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
	selection JSON, 
	PRIMARY KEY (id), 
	UNIQUE (market, market_id)
);
INSERT INTO "listing" VALUES('l-82ffc115b6659d9e4aadebf367dc4cc2','gallery','g-1','gallery','Work 1','Open Clip Art',NULL,'1500000000000000000',18,'ETH',1.5,10,1,2020,0,'{"decision": "allow", "license": "CC0-1.0", "reason": "public_domain", "text": null, "url": "https://creativecommons.org/publicdomain/zero/1.0/", "attribution": false, "share_alike": false}',NULL,'https://gallery.example/1.png','photo','image/png','https://gallery.example/1',NULL,NULL,NULL,0,0,'2026-03-01T12:00:00.000000Z','2026-03-01T12:00:00.000000Z','{}','selected','selected',1,'{"price": 1.5}');
INSERT INTO "listing" VALUES('l-1a64fa25f103665f7a453a1e58381715','gallery','g-2','gallery','Work 2','Open Clip Art',NULL,'1500000000000000000',18,'ETH',1.5,10,1,2020,0,'{"decision": "allow", "license": "CC0-1.0", "reason": "public_domain", "text": null, "url": "https://creativecommons.org/publicdomain/zero/1.0/", "attribution": false, "share_alike": false}',NULL,'https://gallery.example/2.png','photo','image/png','https://gallery.example/2',NULL,NULL,NULL,0,0,'2026-03-01T12:00:00.000000Z','2026-03-01T12:00:00.000000Z','{}','selected','selected',2,'{"price": 1.5}');
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
	rate_source TEXT, 
	PRIMARY KEY (id), 
	CONSTRAINT observation_kind CHECK (kind IN ('ask', 'bid', 'sale')), 
	FOREIGN KEY(listing) REFERENCES listing (id)
);
INSERT INTO "observation" VALUES(1,'l-82ffc115b6659d9e4aadebf367dc4cc2','2026-03-01T12:00:00.000000Z','ask','1500000000000000000',18,'ETH',1.5,NULL,NULL);
INSERT INTO "observation" VALUES(2,'l-1a64fa25f103665f7a453a1e58381715','2026-03-01T12:00:00.000000Z','ask','1500000000000000000',18,'ETH',1.5,NULL,NULL);
CREATE TABLE pin (
	cid TEXT NOT NULL, 
	pinner TEXT NOT NULL, 
	state TEXT NOT NULL, 
	file TEXT, 
	proven_at TEXT, 
	PRIMARY KEY (cid, pinner)
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
INSERT INTO "publication" VALUES('p-7f9e3ccad8e0031fdac378736087079e','a-47af9585aa366c53c1e2e58225deca00','d-8e57305867deb3184b057e3349040586','rarible','1','{"x": 1}','00','prepared','2026-11-22T13:47:17.895511Z');
CREATE TABLE recipe (
	id TEXT NOT NULL, 
	content TEXT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "recipe" VALUES('39aa9b14e46b3538d0d271a3f4f14ace0de0dca78d323fa2c3687f409fe76073','{"cutouts":4,"generator":"mini","iterations":2,"learning_rate":0.15,"losses":[],"method":"composed-grid-1","perceptor":"mini","precision":"fp32","prompts":[["a painting of a face",1.0]],"size":64,"weights":[["vqgan.safetensors","0000000000000000000000000000000000000000000000000000000000000000"]]}');
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
INSERT INTO "run" VALUES('r-c59c80c0c2cf7b1ea0532765c94b86e8','s-c9528f3f1459a41bdaa38f57cc9a292a','39aa9b14e46b3538d0d271a3f4f14ace0de0dca78d323fa2c3687f409fe76073',0,7424447624256070740,'done',NULL,2,0.2,NULL);
INSERT INTO "run" VALUES('r-a20185b0d532aa1a05f897527bf87e48','s-ef66e1e4fcf0ceb70621c73bdcc7715b','39aa9b14e46b3538d0d271a3f4f14ace0de0dca78d323fa2c3687f409fe76073',0,7542699104708894833,'done',NULL,2,0.2,NULL);
CREATE TABLE score (
	image TEXT NOT NULL, 
	critic TEXT NOT NULL, 
	version TEXT NOT NULL, 
	raw FLOAT NOT NULL, 
	percentile FLOAT, 
	PRIMARY KEY (image, critic, version)
);
CREATE TABLE signature (
	publication TEXT NOT NULL, 
	signer TEXT NOT NULL, 
	signature TEXT NOT NULL, 
	at TEXT NOT NULL, 
	PRIMARY KEY (publication, signer), 
	FOREIGN KEY(publication) REFERENCES publication (id) ON DELETE RESTRICT
);
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
	reason TEXT, 
	PRIMARY KEY (id), 
	FOREIGN KEY(listing) REFERENCES listing (id)
);
INSERT INTO "source" VALUES('s-c9528f3f1459a41bdaa38f57cc9a292a','l-82ffc115b6659d9e4aadebf367dc4cc2','537f9d238f4043da3f38fe65df509b94d1475f39e3ae7919cb2ab7aa6b240e31','image/png','537f9d238f4043da3f38fe65df509b94d1475f39e3ae7919cb2ab7aa6b240e31',NULL,NULL,'0000000000000001','faces',NULL,NULL,'fit',NULL);
INSERT INTO "source" VALUES('s-ef66e1e4fcf0ceb70621c73bdcc7715b','l-1a64fa25f103665f7a453a1e58381715','62878486eb67f5bc4fd34bc285a4d4202b2a7b46a065f2270fbee712d6d92b14','image/png','62878486eb67f5bc4fd34bc285a4d4202b2a7b46a065f2270fbee712d6d92b14',NULL,NULL,'0000000000000002','faces',NULL,NULL,'fit',NULL);
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
INSERT INTO "work" VALUES(1,'scrape','gallery','ready',0,0,NULL,0.0,0.0,NULL);
CREATE INDEX event_by_entity ON event (entity, id);
CREATE INDEX listing_by_state ON listing (state);
CREATE INDEX work_to_claim ON work (stage, state, priority, id);
CREATE INDEX observation_by_listing ON observation (listing, kind, id);
CREATE INDEX source_by_listing ON source (listing);
CREATE INDEX artwork_by_state ON artwork (state);
CREATE INDEX decision_by_artwork ON decision (artwork, id);
CREATE TRIGGER decision_never_replace BEFORE INSERT ON decision WHEN EXISTS (SELECT 1 FROM decision WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'decision is append-only'); END;
CREATE TRIGGER event_never_replace BEFORE INSERT ON event WHEN EXISTS (SELECT 1 FROM event WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'event is append-only'); END;
CREATE TRIGGER observation_never_replace BEFORE INSERT ON observation WHEN EXISTS (SELECT 1 FROM observation WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'observation is append-only'); END;
CREATE TRIGGER draft_never_replace BEFORE INSERT ON draft WHEN EXISTS (SELECT 1 FROM draft WHERE id = NEW.id AND content <> NEW.content) BEGIN SELECT RAISE(ABORT, 'draft is append-only'); END;
CREATE TRIGGER decision_never_update BEFORE UPDATE ON decision BEGIN SELECT RAISE(ABORT, 'decision is append-only'); END;
CREATE TRIGGER decision_never_delete BEFORE DELETE ON decision BEGIN SELECT RAISE(ABORT, 'decision is append-only'); END;
CREATE TRIGGER draft_never_update BEFORE UPDATE ON draft BEGIN SELECT RAISE(ABORT, 'draft is append-only'); END;
CREATE TRIGGER draft_never_delete BEFORE DELETE ON draft BEGIN SELECT RAISE(ABORT, 'draft is append-only'); END;
CREATE TRIGGER event_never_update BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'event is append-only'); END;
CREATE TRIGGER event_never_delete BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'event is append-only'); END;
CREATE TRIGGER observation_never_update BEFORE UPDATE ON observation BEGIN SELECT RAISE(ABORT, 'observation is append-only'); END;
CREATE TRIGGER observation_never_delete BEFORE DELETE ON observation BEGIN SELECT RAISE(ABORT, 'observation is append-only'); END;
COMMIT;
