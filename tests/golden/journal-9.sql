CREATE FUNCTION audit_append_only() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$;
CREATE TABLE approvals (
    principal text NOT NULL,
    destination text NOT NULL,
    until bigint NOT NULL
);
CREATE TABLE audit (
    seq bigint NOT NULL,
    at bigint NOT NULL,
    event text NOT NULL,
    call text,
    details text NOT NULL,
    digest text NOT NULL
);
CREATE TABLE calls (
    call text NOT NULL,
    principal text NOT NULL,
    kind text NOT NULL,
    state text NOT NULL,
    call_id text,
    fingerprint text NOT NULL,
    number text,
    destinations text NOT NULL,
    conference text,
    subject text,
    claimed_at bigint NOT NULL,
    deadline bigint NOT NULL,
    lease bigint NOT NULL,
    unknown_at bigint,
    reserved bigint NOT NULL,
    currency text,
    units text NOT NULL,
    error text,
    cost bigint,
    duration bigint,
    result text,
    reason text,
    content text DEFAULT ''::text NOT NULL,
    seconds bigint,
    rate bigint DEFAULT 0 NOT NULL,
    answered integer,
    events text,
    sandbox text,
    region text,
    rooms text
);
CREATE TABLE confirmations (
    principal text NOT NULL,
    digest text NOT NULL,
    destinations text NOT NULL,
    until bigint NOT NULL
);
CREATE TABLE counters (
    name text NOT NULL,
    bucket bigint NOT NULL,
    used bigint NOT NULL,
    cap bigint NOT NULL,
    until bigint NOT NULL
);
CREATE TABLE events (
    seq bigint NOT NULL,
    digest text NOT NULL,
    call_id text NOT NULL,
    kind text NOT NULL,
    at bigint,
    received_at bigint NOT NULL,
    details text NOT NULL,
    reply text NOT NULL
);
CREATE TABLE forgotten (
    call text NOT NULL,
    mark text NOT NULL,
    until bigint NOT NULL
);
CREATE TABLE gate (
    id integer NOT NULL,
    seq bigint NOT NULL,
    head text NOT NULL,
    stopped_at bigint,
    reason text,
    stopped_by text,
    resumed_at bigint,
    hang_up_at bigint
);
CREATE TABLE hosts (
    name text NOT NULL,
    seen_at bigint NOT NULL
);
CREATE TABLE keys (
    digest text NOT NULL,
    call text NOT NULL,
    fingerprint text NOT NULL,
    until bigint NOT NULL,
    until_unanswered integer DEFAULT 0 NOT NULL
);
CREATE TABLE meta (
    name text NOT NULL,
    value text NOT NULL
);
CREATE TABLE migrations (
    number integer NOT NULL,
    version text NOT NULL
);
CREATE TABLE people (
    id text NOT NULL,
    kind text NOT NULL,
    call text,
    call_id text,
    hashes text NOT NULL,
    at bigint NOT NULL,
    sealed text NOT NULL
);
CREATE TABLE replies (
    call text NOT NULL,
    event text NOT NULL,
    document text NOT NULL
);
CREATE TABLE tones (
    call text NOT NULL,
    digits bigint NOT NULL,
    until bigint NOT NULL
);
INSERT INTO audit VALUES (1, 1767614401000, 'approved', NULL, '{"destinations":["f1016893c10e1b33b13c319df7db96ae"],"principal":"root@vm"}', '1ca581ad3a6ad2c63de74d4a73a729a2344a24eb63165ea2b9295a7fe6f173e6');
INSERT INTO audit VALUES (2, 1767614401000, 'claim', 'c22ec221bb6c469f889ad53ac92a119f', '{"answer":"yes","confirmed_by":"root@vm","currency":"USD","destinations":["f1016893c10e1b33b13c319df7db96ae"],"kind":"ttsCallout","numbers":["+1404\u202600"],"principal":"local","reserved":"0.02","text":"Hello Anna"}', '710864d147e9df3af7b2867ffc43461d3a181383bb4810943861ddb244673cdc');
INSERT INTO audit VALUES (3, 1767614401000, 'accepted', 'c22ec221bb6c469f889ad53ac92a119f', '{"call_id":"eae9762a-11d3-4b4a-9b9a-562cd52c4fb2"}', 'd97bf0810c153226e29a1c0764fffb60507ae33d241f373bcafaa0329f339416');
INSERT INTO audit VALUES (4, 1767614403000, 'approved', NULL, '{"destinations":["f1016893c10e1b33b13c319df7db96ae"],"principal":"root@vm"}', '8d00d26b5ca92a63557a0f3ae81dd8bf0ccf2e1933e3eebbdde88560e0a0106d');
INSERT INTO audit VALUES (5, 1767614405000, 'ended', 'c22ec221bb6c469f889ad53ac92a119f', '{"cost":"0.02","currency":"USD","duration":0,"reason":"MANAGERHANGUP","result":"ANSWERED"}', '80d26515c5a83a24622bdaff45c59cc04970d9ec2ec588fc922878e133be17fa');
INSERT INTO audit VALUES (6, 1767614434000, 'approved', NULL, '{"destinations":["f1016893c10e1b33b13c319df7db96ae"],"principal":"root@vm"}', '3e5f451589c2b535e188b65b9a49a360d4344abc80713a1b0a20f718fa2b0eb9');
INSERT INTO audit VALUES (7, 1767614434000, 'refused', NULL, '{"kind":"ttsCallout","principal":"local","rule":"repeat_gap_s"}', '68906975693d8e1d2ad1d023583a656ee307780393f3a7f117e4867b8109178c');
INSERT INTO audit VALUES (8, 1767614435000, 'refused', NULL, '{"kind":"ttsCallout","principal":"local","rule":"consent"}', '414be54ca8c3bfd52e334f7b2df354be3bef83690d1023a2f89a203564d6bb18');
INSERT INTO audit VALUES (9, 1767614436000, 'approved', NULL, '{"destinations":["0e6b73c17902411110ad064ba8a52682"],"principal":"root@vm"}', 'cddd4c08e3668f84eae1577fc0ff8d95e3a3953b49f4d0452cd81a67c219bdf9');
INSERT INTO audit VALUES (10, 1767614436000, 'claim', '0752591467124c28ba8e6d2b38988f58', '{"answer":"yes","confirmed_by":"root@vm","currency":"USD","destinations":["0e6b73c17902411110ad064ba8a52682"],"kind":"ttsCallout","numbers":["+1404\u202602"],"principal":"local","reserved":"0.02","text":"Rejected"}', 'b0a257947c4a2b4527fe7846ec844651d803e46a63b403cfddd292e651988fda');
INSERT INTO audit VALUES (11, 1767614436000, 'rejected', '0752591467124c28ba8e6d2b38988f58', '{"code":"forbidden","error_code":40300}', '659243e3ead28e67a66d5bd4eb53228702b9668f12350acd6629434a08a7ecbf');
INSERT INTO audit VALUES (12, 1767614437000, 'approved', NULL, '{"destinations":["25e580f7bb6fad45df347586511d29cf"],"principal":"root@vm"}', '5fc197970ea9b7f0fe372e70d4c2825e8d91d69f056f53e4ac5392abe8faa513');
INSERT INTO audit VALUES (13, 1767614437000, 'claim', '9fc1c620c351460d984d7fd0e29a4cfb', '{"answer":"yes","confirmed_by":"root@vm","currency":"USD","destinations":["25e580f7bb6fad45df347586511d29cf"],"kind":"ttsCallout","numbers":["+1404\u202603"],"principal":"local","reserved":"0.02","text":"Not sent"}', 'c268dbf23d536c74d6c7033a3b7a07e4ddc5f59144abdc20813622b92a7bf687');
INSERT INTO audit VALUES (14, 1767614437674, 'not_sent', '9fc1c620c351460d984d7fd0e29a4cfb', '{"code":"not_sent"}', '196a0a3c886676f006fb767dc7f72356f568d7d02adc1ec369c49e93e9ae2d5c');
INSERT INTO audit VALUES (15, 1767614438674, 'approved', NULL, '{"destinations":["4217609d282206e493be8fa4e4588e3e"],"principal":"root@vm"}', 'b1c6b583e004d2d041e8f2a215faa943fe0d2ce4c4557642c53cd642ef5eb09c');
INSERT INTO audit VALUES (16, 1767614438674, 'claim', '306ba98172ca4231ad2148bcb4e0d9ad', '{"answer":"yes","confirmed_by":"root@vm","currency":"USD","destinations":["4217609d282206e493be8fa4e4588e3e"],"kind":"ttsCallout","numbers":["+1404\u202604"],"principal":"local","reserved":"0.02","text":"Unknown"}', 'd9107653425e2046cfdf87cf7feaec88c471e6c91afa703e9cc993f8c801ead6');
INSERT INTO audit VALUES (17, 1767614438674, 'unknown', '306ba98172ca4231ad2148bcb4e0d9ad', '{"code":"outcome_unknown"}', '4052d9f11975de0f637e6ff11546a40807a31d896b9f2158a7d92a364841d7bd');
INSERT INTO audit VALUES (18, 1767614439674, 'approved', NULL, '{"destinations":["5f5d90e6caf1852b407f0423469923a1"],"principal":"root@vm"}', 'aa66aabfe494f9ef8196cc782daade49064b74875ab95f8938ce44ae2da3f32b');
INSERT INTO audit VALUES (19, 1767614439674, 'claim', 'ddb63cce614f4ad78b5274f26ba9ac3f', '{"answer":"yes","confirmed_by":"root@vm","currency":"USD","destinations":["5f5d90e6caf1852b407f0423469923a1"],"kind":"ttsCallout","numbers":["+1404\u202605"],"principal":"local","reserved":"0.20","text":"Lost, and heard of"}', '3145f5412f76f1807ee6c4c5a955721dc54d063b3d2d1bf8ac0b09571688e593');
INSERT INTO audit VALUES (20, 1767614439674, 'unknown', 'ddb63cce614f4ad78b5274f26ba9ac3f', '{"code":"outcome_unknown"}', '84d374b9d6ef5407ee5d2d54c80f755065db639b13dae30921e30e0c05ddfd7f');
INSERT INTO audit VALUES (21, 1767614442674, 'accepted', 'ddb63cce614f4ad78b5274f26ba9ac3f', '{"call_id":"9a75f44e-e692-462f-b365-546dde9bd599"}', '88532ce31448bca21cccffe1db9f354cfc2bf58bb64a5fd60a7f5a554279506c');
INSERT INTO audit VALUES (22, 1767614444674, 'ended', 'ddb63cce614f4ad78b5274f26ba9ac3f', '{"cost":"0.02","currency":"USD","duration":1,"reason":"MANAGERHANGUP","result":"ANSWERED"}', '6ab8512b1c59650d922d230281d9707f4dfb0a3786976bed244e86ebba62e073');
INSERT INTO audit VALUES (23, 1767614470674, 'approved', NULL, '{"destinations":["3ef0582759581f0b3f96ab8368e89d6e"],"principal":"root@vm"}', 'b8cdd56b30b03ff4a8c8eda9239b61c22a08e32acf0d72cd57c333b8e0b6d9e4');
INSERT INTO audit VALUES (24, 1767614470674, 'claim', '3ca5506c3f5149b7908d86e983f83abd', '{"answer":"yes","conference":"895fcd12e4206385","confirmed_by":"root@vm","currency":"USD","destinations":["3ef0582759581f0b3f96ab8368e89d6e"],"kind":"conferenceCallout","numbers":["+1404\u202606"],"principal":"local","reserved":"0.20","text":"Welcome"}', '7f6ca7dace4942fc9c2820797f6dc201099f14766a56c106fd8f960b93586efc');
INSERT INTO audit VALUES (25, 1767614470674, 'accepted', '3ca5506c3f5149b7908d86e983f83abd', '{"call_id":"c9cca2f1-f830-4b0a-91ba-d1d1fbfeb4df"}', 'edfcfbbbd8501377860ee51b19de127c0ca545f82effa98ac303e6364f9524d0');
INSERT INTO audit VALUES (26, 1767614481674, 'approved', NULL, '{"destinations":["5e4baaa4c83f860fa0c4a04c38b33442"],"principal":"root@vm"}', '51ad486ddb44ddb7bb5e7c5c1b27f0348a7b9cc6d86a3086ebd0e1c0e39548a8');
INSERT INTO audit VALUES (27, 1767614481674, 'claim', '78b4f43ecef549b4be4946006cbf7110', '{"answer":"yes","confirmed_by":"root@vm","currency":"USD","destinations":["5e4baaa4c83f860fa0c4a04c38b33442"],"kind":"update","numbers":["+1404\u202607"],"principal":"local","reserved":"0.04","subject":"c9cca2f1-f830-4b0a-91ba-d1d1fbfeb4df"}', '046534d25f95a1a0fffd0fecd0150184b285282515adc23656de66c513675cab');
INSERT INTO audit VALUES (28, 1767614481674, 'accepted', '78b4f43ecef549b4be4946006cbf7110', '{}', '6fbe5a3eb5200368e4afe1c2ec8ac091ec8ffa6b0bc0bfa4a14d2eaf5112a56e');
INSERT INTO audit VALUES (29, 1767614482674, 'approved', NULL, '{"destinations":["4b3ccef77320a060da2dcadc7dcff066"],"principal":"root@vm"}', '1f67eba41ff5b0d28054a7a78fb40037cf5ee19896ad1b95d42185b5e73baceb');
INSERT INTO audit VALUES (30, 1767614482674, 'claim', '2c9f948a2abb424196516275ff016a11', '{"answer":"yes","confirmed_by":"root@vm","currency":"USD","destinations":["4b3ccef77320a060da2dcadc7dcff066"],"kind":"customCallout","numbers":["+1404\u202608"],"principal":"local","reserved":"0.20","text":"Do you come? For yes, press 1. For no, press 2. / Thank you. Goodbye."}', '2a966dddc48aaa8543311a3b8cd56ebbe93d0f64b322446ad2baa89f2e98f3ec');
INSERT INTO audit VALUES (31, 1767614482674, 'accepted', '2c9f948a2abb424196516275ff016a11', '{"call_id":"3ba81863-5bd5-43b0-9e54-8e837b21576e"}', 'b17f914671ad060f9eb318689e7fabfface5ebc55ca31d429690f24b7140ca45');
INSERT INTO audit VALUES (32, 1767614493674, 'ended', '2c9f948a2abb424196516275ff016a11', '{"cost":"0.02","currency":"USD","duration":7,"reason":"CALLEEHANGUP","result":"ANSWERED"}', '9bfacd0c6362792748eb784c2c90e1fa4127484b7b245ca016be91084ea1a53b');
INSERT INTO audit VALUES (33, 1767614544674, 'ended', '3ca5506c3f5149b7908d86e983f83abd', '{"cost":"0.06","currency":"USD","duration":71,"reason":"TIMEOUT","result":"ANSWERED"}', 'c902de565485d0ba978a78bbee642e2cce43ae1d02244123729312cd0940dbcd');
INSERT INTO audit VALUES (34, 1767614544674, 'ended', '78b4f43ecef549b4be4946006cbf7110', '{"cost":"0.00","currency":"USD","duration":71,"reason":"TIMEOUT","result":"ANSWERED"}', 'ae9a52646e83ff919ccec0a167eecf765d8de8416339b0c2265ad99aa9cda119');
INSERT INTO audit VALUES (35, 1767614544674, 'approved', NULL, '{"destinations":["5284c0d4c33cea3dd8dcc955f5c23fbc"],"principal":"root@vm"}', '942a117d5efe9a543d7b497aec0871291cb6650a7193d55bb3c128c086e57f07');
INSERT INTO audit VALUES (36, 1767614544674, 'claim', '06eb70be1cae4fccbdd413d8341b4570', '{"answer":"yes","confirmed_by":"root@vm","currency":"USD","destinations":["5284c0d4c33cea3dd8dcc955f5c23fbc"],"kind":"customCallout","numbers":["+1404\u202609"],"principal":"local","reserved":"0.20","text":"Hi"}', '54cf806d7177f0faad06af3b2778168b1f93b4de60a1f9e0c7137d32211df256');
INSERT INTO audit VALUES (37, 1767614544674, 'accepted', '06eb70be1cae4fccbdd413d8341b4570', '{"call_id":"648fa554-1f3d-4505-9554-226cb94ff40d"}', '5485effaeef34c781a4586bd7f38d70f6da07ec0a65bd1d2300af5873b9a104f');
INSERT INTO audit VALUES (38, 1767614546674, 'ended', '429d835856e51ed1d82d685202c42507', '{"cost":"0.01","currency":null,"duration":9,"reason":"CALLERHANGUP","result":"ANSWERED"}', '62f0cd5facf29cf7d07ac5dbf2b634106d4864605d8bc5f0e20e786790e6661a');
INSERT INTO audit VALUES (39, 1767614549674, 'stopped', NULL, '{"by":"emergency_stop of local","reason":"wrong list"}', 'babb299b06d5e5d812757b74f550d93adf4db490817343cd0a1aa43407b7fb04');
INSERT INTO audit VALUES (40, 1767614549674, 'changed', NULL, '{"by":"emergency_stop of local","outcome":"done","tool":"emergency_stop"}', 'd0625db69470ca1a4754d7b67d04a0450133eebfd4530a93dd3f6c2c6fa9c8c4');
INSERT INTO audit VALUES (41, 1767614550674, 'refused', NULL, '{"kind":"ttsCallout","principal":"local","rule":"stopped"}', '611bf0289e0ba6cd8d9fe5d38ab887f040d79c3333eb42d79f6da6d615f2e179');
INSERT INTO calls VALUES ('c22ec221bb6c469f889ad53ac92a119f', 'local', 'ttsCallout', 'ended', 'eae9762a-11d3-4b4a-9b9a-562cd52c4fb2', '496594fc118191a4fd7f04e708e1c204ce0c3c597a3c064f191c140b94f65a5b', '+1404…00', 'f1016893c10e1b33b13c319df7db96ae', NULL, NULL, 1767614401000, 1767614491000, 1767615182000, NULL, 20000, 'USD', '[]', NULL, 20000, 0, 'ANSWERED', 'MANAGERHANGUP', '876779f163a72af223006fa97909453958436caae9ed0f086cc6d0c5d11b2aa1', 31, 20000, 1, 'dice', NULL, NULL, NULL);
INSERT INTO calls VALUES ('0752591467124c28ba8e6d2b38988f58', 'local', 'ttsCallout', 'rejected', NULL, '08c945fdaba4784bf4e5fc6305b68ed923420e68ee41413d8e77ae5e6bd5ccff', '+1404…02', '0e6b73c17902411110ad064ba8a52682', NULL, NULL, 1767614436000, 1767614526000, 1767615217000, NULL, 20000, 'USD', '[["0e6b73c17902411110ad064ba8a52682:repeat_gap_s",0,1767614436000,"gap"],["0e6b73c17902411110ad064ba8a52682:repeat_per_week",1767613680000,1,"rejected"],[":calls_per_day",1767614400000,1,"not_sent"],[":calls_per_hour",1767614430000,1,"not_sent"],[":max_spend_per_day",1767614400000,20000,"rejected"]]', '{"code": "forbidden", "error_code": 40300, "http_status": 403, "retry_safe": true}', NULL, NULL, NULL, NULL, '878263fc0b8888ebb518753580bb6baa45f886e74afe5bcf637839d24c5ad0dd', 31, 20000, NULL, 'ace dice', NULL, NULL, NULL);
INSERT INTO calls VALUES ('9fc1c620c351460d984d7fd0e29a4cfb', 'local', 'ttsCallout', 'not_sent', NULL, '301e132f23b6883dbd7796c7cece378a89de8f0e60656a317e6d6369c4178776', '+1404…03', '25e580f7bb6fad45df347586511d29cf', NULL, NULL, 1767614437000, 1767614527000, 1767615218000, NULL, 20000, 'USD', '[["25e580f7bb6fad45df347586511d29cf:repeat_gap_s",0,1767614437000,"gap"],["25e580f7bb6fad45df347586511d29cf:repeat_per_week",1767613680000,1,"rejected"],[":calls_per_day",1767614400000,1,"not_sent"],[":calls_per_hour",1767614430000,1,"not_sent"],[":max_spend_per_day",1767614400000,20000,"rejected"]]', '{"code": "not_sent", "retry_safe": true}', NULL, NULL, NULL, NULL, 'b20438f9315523fe42e17ca0cade01722ad18ac98187b999e151db04589527aa', 31, 20000, NULL, 'ace dice', NULL, NULL, NULL);
INSERT INTO calls VALUES ('306ba98172ca4231ad2148bcb4e0d9ad', 'local', 'ttsCallout', 'unknown', NULL, '439092044a459c331d7aa5adff95e714bbe5a354c1b3a52f08845123af700951', '+1404…04', '4217609d282206e493be8fa4e4588e3e', NULL, NULL, 1767614438674, 1767614528674, 1767615219674, 1767614438674, 20000, 'USD', '[["4217609d282206e493be8fa4e4588e3e:repeat_gap_s",0,1767614438674,"gap"],["4217609d282206e493be8fa4e4588e3e:repeat_per_week",1767613680000,1,"rejected"],[":calls_per_day",1767614400000,1,"not_sent"],[":calls_per_hour",1767614430000,1,"not_sent"],[":max_spend_per_day",1767614400000,20000,"rejected"]]', '{"code": "outcome_unknown", "retry_safe": false}', NULL, NULL, NULL, NULL, '9a716d8d5e39f386b06d92bbc1c1d5d44b030c4eeacd4ab0a7b4d03ff88dac2f', 31, 20000, NULL, 'ace dice', NULL, NULL, NULL);
INSERT INTO calls VALUES ('ddb63cce614f4ad78b5274f26ba9ac3f', 'local', 'ttsCallout', 'ended', '9a75f44e-e692-462f-b365-546dde9bd599', '277ae0bae49badd9f1fc4b6338eed414685177690c93689bb25879cd5f84ce7e', '+1404…05', '5f5d90e6caf1852b407f0423469923a1', NULL, NULL, 1767614439674, 1767614529674, 1767615789674, NULL, 200000, 'USD', '[]', NULL, 20000, 1, 'ANSWERED', 'MANAGERHANGUP', '1d877d3c36e3098ba00942377797e0536f3d33d2b3246f7c99ba43fcd671d61b', 600, 20000, NULL, 'ace dice', NULL, NULL, NULL);
INSERT INTO calls VALUES ('2c9f948a2abb424196516275ff016a11', 'local', 'customCallout', 'ended', '3ba81863-5bd5-43b0-9e54-8e837b21576e', '28c1715f03ad88fcf236d6df0b10354e636c97ca89ada58d7892ecec4c23ae31', '+1404…08', '4b3ccef77320a060da2dcadc7dcff066', NULL, NULL, 1767614482674, 1767614572674, 1767615832674, NULL, 200000, 'USD', '[]', NULL, 20000, 7, 'ANSWERED', 'CALLEEHANGUP', '4404118c346b632b395e406bc540e3cc62dd1cd973c9252559fac743f129d946', 600, 20000, 1, 'ace dice pie', NULL, NULL, NULL);
INSERT INTO calls VALUES ('3ca5506c3f5149b7908d86e983f83abd', 'local', 'conferenceCallout', 'ended', 'c9cca2f1-f830-4b0a-91ba-d1d1fbfeb4df', 'd4aeff4be2027daec8ef936b205ad8291aae970a61f21291f711bd84cd5d78bc', '+1404…06', '3ef0582759581f0b3f96ab8368e89d6e a85cbc6900a3031cc5945e055ba50e22', NULL, NULL, 1767614470674, 1767614560674, 1767615820674, NULL, 200000, 'USD', '[]', NULL, 60000, 71, 'ANSWERED', 'TIMEOUT', '06390b43a80a9b693b906fc2ec87cd372e93a5006e463260c7576641127854e4', 600, 20000, 1, 'dice', NULL, NULL, '1a9705bd75390a604e2cae131beffd0b');
INSERT INTO calls VALUES ('78b4f43ecef549b4be4946006cbf7110', 'local', 'update', 'ended', NULL, 'c3b30e4bdaf7e1f871ed5078d81317f86f1aceb681a390c798633425551a9b14', '+1404…07', '5e4baaa4c83f860fa0c4a04c38b33442', NULL, 'c9cca2f1-f830-4b0a-91ba-d1d1fbfeb4df', 1767614481674, 1767614571674, 1767615291674, NULL, 40000, 'USD', '[]', NULL, 0, 71, 'ANSWERED', 'TIMEOUT', 'b4f75b62a6ed62d45c0d9046d71fe2ddd45c113039cd4cbe94db71e97de34658', 60, 40000, 1, '', NULL, NULL, NULL);
INSERT INTO calls VALUES ('06eb70be1cae4fccbdd413d8341b4570', 'local', 'customCallout', 'accepted', '648fa554-1f3d-4505-9554-226cb94ff40d', 'dafdef29b852ecdbbf4a0f9c46fbdde086e7058c044d8a4317b87d7d39dec311', '+1404…09', '5284c0d4c33cea3dd8dcc955f5c23fbc', NULL, NULL, 1767614544674, 1767614634674, 1767615894674, NULL, 200000, 'USD', '[["5284c0d4c33cea3dd8dcc955f5c23fbc:repeat_gap_s",0,1767614544674,"gap"],["5284c0d4c33cea3dd8dcc955f5c23fbc:repeat_per_week",1767613680000,1,"rejected"],[":calls_per_day",1767614400000,1,"not_sent"],[":calls_per_hour",1767614535000,1,"not_sent"],[":max_spend_per_day",1767614400000,200000,"rejected"]]', NULL, NULL, NULL, NULL, NULL, '5f595f410d055ccc378928a1d5e116ad22513c6952652f6d41d81909305390ca', 600, 20000, 1, 'dice', NULL, NULL, NULL);
INSERT INTO calls VALUES ('429d835856e51ed1d82d685202c42507', 'caller', 'inbound', 'ended', 'in-1', '', '+1202…23', '78d1aafbbadfc811d6601de54d99e046', NULL, NULL, 1767614545674, 1767614545674, 1767629545674, NULL, 0, NULL, '[]', NULL, 10000, 9, 'ANSWERED', 'CALLERHANGUP', '', NULL, 0, NULL, NULL, NULL, NULL, NULL);
INSERT INTO calls VALUES ('ced57317d4008f0d2764ee9b60861bf3', 'caller', 'inbound', 'accepted', 'in-2', '', NULL, '', NULL, NULL, 1767614547674, 1767614547674, 1767629547674, NULL, 0, NULL, '[]', NULL, NULL, NULL, NULL, NULL, '', NULL, 0, NULL, NULL, NULL, NULL, NULL);
INSERT INTO confirmations VALUES ('root@vm', 'e73bdaa2e2ecee9e590efacb050b8307da5d59c5097ab3c73f976e26f5c61263', 'f1016893c10e1b33b13c319df7db96ae', 1767618001000);
INSERT INTO confirmations VALUES ('root@vm', '89931d0d21ba4153a43c0c943134c7708cfd91ead4f87e2914966184cfcb5df8', 'f1016893c10e1b33b13c319df7db96ae', 1767618003000);
INSERT INTO confirmations VALUES ('root@vm', 'efcf48080cc4c6a8c0ec67b58023420096907377483dd400b07d999d56ab686f', 'f1016893c10e1b33b13c319df7db96ae', 1767618034000);
INSERT INTO confirmations VALUES ('root@vm', '0f1417d93e3d1ae82a5c98c4ab4273c2a13b14b0355843365f4419184dd07b44', '0e6b73c17902411110ad064ba8a52682', 1767618036000);
INSERT INTO confirmations VALUES ('root@vm', 'fae75e803d0e7bc7ced3a732d0561a5126d4f15bb4eb188e546355612c88aa3c', '25e580f7bb6fad45df347586511d29cf', 1767618037000);
INSERT INTO confirmations VALUES ('root@vm', 'd645670805af4d904ec8a5387cd3b6ce71dbcf409d25d33704fd6820a4530509', '4217609d282206e493be8fa4e4588e3e', 1767618038674);
INSERT INTO confirmations VALUES ('root@vm', '7382f25626ecd18227f59896c5e658e14a8f2915dcb6f09da7b9d6a7ed00faab', '5f5d90e6caf1852b407f0423469923a1', 1767618039674);
INSERT INTO confirmations VALUES ('root@vm', '8ccb047f28bf4789ae12d1e4869352c7164a8302e5cb61cc07e2063be3a68eb8', '3ef0582759581f0b3f96ab8368e89d6e', 1767618070674);
INSERT INTO confirmations VALUES ('root@vm', '6a9328c7bf7a3737713805121707dad5b2d762d969e68f0fb18868a95d7837a2', '5e4baaa4c83f860fa0c4a04c38b33442', 1767618081674);
INSERT INTO confirmations VALUES ('root@vm', '17a7a8bdbf2a7d7347098597d5ba9abfa7c2432b3770790ff7674fe690500be0', '4b3ccef77320a060da2dcadc7dcff066', 1767618082674);
INSERT INTO confirmations VALUES ('root@vm', '47116656d622e19708e3a18d20cd6efbb50c279f9d6b5aaad0a316cfdf4424f1', '5284c0d4c33cea3dd8dcc955f5c23fbc', 1767618144674);
INSERT INTO counters VALUES ('f1016893c10e1b33b13c319df7db96ae:repeat_gap_s', 0, 1767614401000, 0, 1767614461000);
INSERT INTO counters VALUES ('f1016893c10e1b33b13c319df7db96ae:repeat_per_week', 1767613680000, 1, 7, 1768823280000);
INSERT INTO counters VALUES (':calls_per_hour', 1767614400000, 1, 30, 1767621600000);
INSERT INTO counters VALUES ('0e6b73c17902411110ad064ba8a52682:repeat_gap_s', 0, 0, 0, 1767614496000);
INSERT INTO counters VALUES ('0e6b73c17902411110ad064ba8a52682:repeat_per_week', 1767613680000, 0, 7, 1768823280000);
INSERT INTO counters VALUES ('25e580f7bb6fad45df347586511d29cf:repeat_gap_s', 0, 0, 0, 1767614497000);
INSERT INTO counters VALUES ('25e580f7bb6fad45df347586511d29cf:repeat_per_week', 1767613680000, 0, 7, 1768823280000);
INSERT INTO counters VALUES ('4217609d282206e493be8fa4e4588e3e:repeat_gap_s', 0, 1767614438674, 0, 1767614498674);
INSERT INTO counters VALUES ('4217609d282206e493be8fa4e4588e3e:repeat_per_week', 1767613680000, 1, 7, 1768823280000);
INSERT INTO counters VALUES ('5f5d90e6caf1852b407f0423469923a1:repeat_gap_s', 0, 1767614439674, 0, 1767614499674);
INSERT INTO counters VALUES ('5f5d90e6caf1852b407f0423469923a1:repeat_per_week', 1767613680000, 1, 7, 1768823280000);
INSERT INTO counters VALUES (':calls_per_hour', 1767614430000, 3, 30, 1767621630000);
INSERT INTO counters VALUES ('3ef0582759581f0b3f96ab8368e89d6e:repeat_gap_s', 0, 1767614470674, 0, 1767614530674);
INSERT INTO counters VALUES ('3ef0582759581f0b3f96ab8368e89d6e:repeat_per_week', 1767613680000, 1, 7, 1768823280000);
INSERT INTO counters VALUES (':calls_per_hour', 1767614460000, 1, 30, 1767621660000);
INSERT INTO counters VALUES ('5e4baaa4c83f860fa0c4a04c38b33442:repeat_gap_s', 0, 1767614481674, 0, 1767614541674);
INSERT INTO counters VALUES ('5e4baaa4c83f860fa0c4a04c38b33442:repeat_per_week', 1767613680000, 1, 7, 1768823280000);
INSERT INTO counters VALUES ('4b3ccef77320a060da2dcadc7dcff066:repeat_gap_s', 0, 1767614482674, 0, 1767614542674);
INSERT INTO counters VALUES ('4b3ccef77320a060da2dcadc7dcff066:repeat_per_week', 1767613680000, 1, 7, 1768823280000);
INSERT INTO counters VALUES (':calls_per_hour', 1767614475000, 2, 30, 1767621675000);
INSERT INTO counters VALUES ('5284c0d4c33cea3dd8dcc955f5c23fbc:repeat_gap_s', 0, 1767614544674, 0, 1767614604674);
INSERT INTO counters VALUES ('5284c0d4c33cea3dd8dcc955f5c23fbc:repeat_per_week', 1767613680000, 1, 7, 1768823280000);
INSERT INTO counters VALUES (':calls_per_day', 1767614400000, 8, 100, 1767787200000);
INSERT INTO counters VALUES (':calls_per_hour', 1767614535000, 1, 30, 1767621735000);
INSERT INTO counters VALUES (':max_spend_per_day', 1767614400000, 340000, 5000000, 1767787200000);
INSERT INTO events VALUES (1, 'b67cc21fdfd10ed7f9a64355877be564523572372a8e1947b7ed74e4cb98e7e4', 'eae9762a-11d3-4b4a-9b9a-562cd52c4fb2', 'dice', 1767614404000, 1767614405000, '{"result":"ANSWERED","reason":"MANAGERHANGUP","duration_s":0,"cost":0.02,"currency":"USD"}', '');
INSERT INTO events VALUES (2, '47f9705a92618e89a5d2fbad006dd6275a122f5f63507b552e7e9ea080d45345', '9a75f44e-e692-462f-b365-546dde9bd599', 'ace', 1767614442000, 1767614442674, '{}', '{"action":{"name":"continue"}}');
INSERT INTO events VALUES (3, '15fe8c9731b8827ed36d47a42283cb11af08d85845c0cf76e6aeb28f38bdbd9f', '9a75f44e-e692-462f-b365-546dde9bd599', 'dice', 1767614443000, 1767614444674, '{"result":"ANSWERED","reason":"MANAGERHANGUP","duration_s":1,"cost":0.02,"currency":"USD"}', '');
INSERT INTO events VALUES (4, '39fd41f29c3e30c6f1b21a32661815cf9140c1c275da2741a80f34d97e3b9e4c', '3ba81863-5bd5-43b0-9e54-8e837b21576e', 'pie', 1767614520000, 1767614483674, '{"type":"return","by":"dtmf"}', '{"action":{"name":"hangup"}}');
INSERT INTO events VALUES (5, '5a2906b7db9ad969c1000e0c573fc0c70432cafd977a4687fe4d922fb6cc8feb', '3ba81863-5bd5-43b0-9e54-8e837b21576e', 'ace', 1767614487000, 1767614487674, '{"answered_by":"human","because":"greeting"}', '{"action":{"name":"hangup"}}');
INSERT INTO events VALUES (6, '8e349bfa093a7e7b9f4b2e6bcca3d3c2c1f9bfd2fc5fc513e73d5bea81c85cf3', '3ba81863-5bd5-43b0-9e54-8e837b21576e', 'pie', 1767614493000, 1767614493674, '{"type":"hangup"}', '');
INSERT INTO events VALUES (7, 'f752057aed6fe0d7313d9ece32d29ce7048817151aefc9a37bf1c33e6c60120f', '3ba81863-5bd5-43b0-9e54-8e837b21576e', 'dice', 1767614493000, 1767614493674, '{"result":"ANSWERED","reason":"CALLEEHANGUP","duration_s":7,"cost":0.02,"currency":"USD"}', '');
INSERT INTO events VALUES (8, '3f5bfa16459c6cfab3969530f2735967fc373f6faa2cd923129a7df9df48d225', 'c9cca2f1-f830-4b0a-91ba-d1d1fbfeb4df', 'dice', 1767614544000, 1767614544674, '{"result":"ANSWERED","reason":"TIMEOUT","duration_s":71,"cost":0.06,"currency":"USD"}', '');
INSERT INTO events VALUES (9, '429d835856e51ed1d82d685202c42507211a667c97ccac8d55be08da61743a1e', 'in-1', 'ice', 1767614700000, 1767614545674, '{}', '{"action":{"name":"hangup"}}');
INSERT INTO events VALUES (10, 'ed68c5f8e5b8aa68056165fc041ec2ccc4bb8f4c4e5ea2801e9982303f7105a6', 'in-1', 'dice', 1767614709000, 1767614546674, '{"result":"ANSWERED","reason":"CALLERHANGUP","duration_s":9,"cost":0.01,"currency":"USD"}', '');
INSERT INTO events VALUES (11, 'ced57317d4008f0d2764ee9b60861bf3384cdb94e96944278c2e2005af02d552', 'in-2', 'ice', 1767614760000, 1767614547674, '{}', '{"action":{"name":"hangup"}}');
INSERT INTO events VALUES (12, 'c01795899e13380ba419fb1106895d23d5b7ea9a432e030439040086961f3c18', 'elsewhere', 'notify', 1767614760000, 1767614548674, '{}', '');
INSERT INTO gate VALUES (1, 41, '611bf0289e0ba6cd8d9fe5d38ab887f040d79c3333eb42d79f6da6d615f2e179', 1767614549674, 'wrong list', 'emergency_stop of local', NULL, NULL);
INSERT INTO keys VALUES ('95df54eb33b48051480d0c2ea296c00d3b81aeeb7b77ce847ffcb5d07e9dd172', 'c22ec221bb6c469f889ad53ac92a119f', '496594fc118191a4fd7f04e708e1c204ce0c3c597a3c064f191c140b94f65a5b', 1770206401000, 0);
INSERT INTO keys VALUES ('cdf2f256667eaa6ac6a341759407de3feaa411b446c36e2a224701a9d9d84850', '306ba98172ca4231ad2148bcb4e0d9ad', '439092044a459c331d7aa5adff95e714bbe5a354c1b3a52f08845123af700951', 1767614558674, 1);
INSERT INTO keys VALUES ('6274c0b8c07cd1f026e9e023e4360aa350a8c447a0aa8771f6f5593a312dbe96', 'ddb63cce614f4ad78b5274f26ba9ac3f', '277ae0bae49badd9f1fc4b6338eed414685177690c93689bb25879cd5f84ce7e', 1767614559674, 1);
INSERT INTO keys VALUES ('ab743be4e299886557463bd89a64f5d42faed5aaf6fdb53779a34752ab852feb', '3ca5506c3f5149b7908d86e983f83abd', 'd4aeff4be2027daec8ef936b205ad8291aae970a61f21291f711bd84cd5d78bc', 1767614590674, 1);
INSERT INTO keys VALUES ('69d7e3ef640548502d1e9a6f6a06a93b8f984659e6214e29fce581340c2575e7', '78b4f43ecef549b4be4946006cbf7110', 'c3b30e4bdaf7e1f871ed5078d81317f86f1aceb681a390c798633425551a9b14', 1767614601674, 1);
INSERT INTO keys VALUES ('99e2963fed26aa58f9196b3e2095cb6a20ce2dd884221c70619260ac62bdcc64', '2c9f948a2abb424196516275ff016a11', '28c1715f03ad88fcf236d6df0b10354e636c97ca89ada58d7892ecec4c23ae31', 1770206482674, 0);
INSERT INTO keys VALUES ('29838dc6f9aa81e1a18c0525fd40c29cf1627d54ddde5d9131ca63ac140fee90', '06eb70be1cae4fccbdd413d8341b4570', 'dafdef29b852ecdbbf4a0f9c46fbdde086e7058c044d8a4317b87d7d39dec311', 1767614664674, 1);
INSERT INTO meta VALUES ('number_key', '599a7866513e2c01e32c1c278714d38fe234f3fbb465df96132d509ec2cbbcce');
INSERT INTO migrations VALUES (1, '0.1.0');
INSERT INTO migrations VALUES (2, '0.1.0');
INSERT INTO migrations VALUES (3, '0.1.0');
INSERT INTO migrations VALUES (4, '0.1.0');
INSERT INTO migrations VALUES (5, '0.1.0');
INSERT INTO migrations VALUES (6, '0.1.0');
INSERT INTO migrations VALUES (7, '0.1.0');
INSERT INTO migrations VALUES (8, '0.1.0');
INSERT INTO migrations VALUES (9, '0.1.0');
INSERT INTO people VALUES ('call:c22ec221bb6c469f889ad53ac92a119f', 'call', 'c22ec221bb6c469f889ad53ac92a119f', NULL, 'f1016893c10e1b33b13c319df7db96ae', 1767614401000, 'h9Tro1sXfTU8sRGr5c6QfvOYbEwPLVnNIOCwR3bYk_hFkQTqxVccsOa87ngI7pAB1CjhwjNn36k=');
INSERT INTO people VALUES ('event:b67cc21fdfd10ed7f9a64355877be564523572372a8e1947b7ed74e4cb98e7e4', 'event', 'c22ec221bb6c469f889ad53ac92a119f', 'eae9762a-11d3-4b4a-9b9a-562cd52c4fb2', '545d54f2d5d85bfd180e9f7a7a341481 f1016893c10e1b33b13c319df7db96ae', 1767614405000, 'MwEKDH0g3Ror_JNWPB-D92V0UGy17RmkXKdq35TwM-l0-7Gk3oPUIm4jvoEiZ4JBIHPgq70f1eabCV0_XpLlDuSUWyJa-0929blK5cS0d5j9bWI=');
INSERT INTO people VALUES ('call:0752591467124c28ba8e6d2b38988f58', 'call', '0752591467124c28ba8e6d2b38988f58', NULL, '0e6b73c17902411110ad064ba8a52682', 1767614436000, 'uoyv8CQUf_KfQPmBHwdWandKscDJwzep6orsq5UzOBMca7sqympHO0fB8kBejxQISmohQhtxVbk=');
INSERT INTO people VALUES ('error:0752591467124c28ba8e6d2b38988f58', 'error', '0752591467124c28ba8e6d2b38988f58', NULL, '', 1767614436000, 'XJjNa422_24j-UKaNoJIk1jF6J4Qf_upuoWyfOYql_2iNXMYu34Utmuf7L3LZoP2PpiVwoItBDTjZ71YPqXXDj9GAyP5xPc-8j2wenL-stte5-vQweq5PVsdk43LHG1O1Oo_W5F5QK8KsmohlWWm4XICYv6OnUMVbN_KYQUMZTcuCADUvXwmQMTpg6ljUjocFZCtZyH_pt-__hINjITA5wXl5Lx1Y-pJFhMoI1xtG7ub3kXm2hp_bbEdYY6hrgi4thh3rwXPYll98UqrCvAzjm9-DrvET1Fx22d5uktquDTray4CUyGXM9iPaSHQY2GasyEZNGF3O7XiY9bmiIbFqQ5gCdGGRYFinf4CKbq3io_F6cTqMxqsP7-T0B6f-29-njtDHAXCctJqb668SslBpTwO0lE1jkxp21VXwuu9Hp7J5FA1c7tl8j4xPfOdDoSuEDOg2hx8zSudaFOWw3xKjuzfWxNj0704gx-UuFpcdBTvsVDIUf6smczq9z9i7kfA9yvr74uU-g==');
INSERT INTO people VALUES ('call:9fc1c620c351460d984d7fd0e29a4cfb', 'call', '9fc1c620c351460d984d7fd0e29a4cfb', NULL, '25e580f7bb6fad45df347586511d29cf', 1767614437000, 'fgr-qRPdAbc6EWiry761z85XoZ-EDCaCPwHXx7XZClg7-DgAReKUGefToYbxjlmiRxXqoYUu8Kc=');
INSERT INTO people VALUES ('error:9fc1c620c351460d984d7fd0e29a4cfb', 'error', '9fc1c620c351460d984d7fd0e29a4cfb', NULL, '', 1767614437674, '3_6P1qqn7Z4TWHqCcVTE9xpMEVBue-8vg5c62PGRikvzrFYOqq8uk6xxzXd7CH5F3Eik0dz1ZujdDcgyVbjYTLci1dmSzNsMcVUFA_RjsILVPLa6ZPK1lQnvKJRttXSJUvwCBSA5tJiPU_vkfb5YqdYTOr1L2uWh-B9SQZZ_Ntpt_M6J2f_dpHVy-5lNKVd_mZqGeMIDOKFD2YXbN--HT5WPY02eyYOzlhuc4UG45Xf2d2aEHIoBXhCmR5bIY_L9VLcZ0-dzPdjgItons9-TzY9fjbSS7rTk5vX2qxw9T_kXneE67aIGV8rylm1YusMVt__Dj9q4kUwq4-3miA==');
INSERT INTO people VALUES ('call:306ba98172ca4231ad2148bcb4e0d9ad', 'call', '306ba98172ca4231ad2148bcb4e0d9ad', NULL, '4217609d282206e493be8fa4e4588e3e', 1767614438674, 'ot7A4Y6XRL26japXee2Qdid4mXr3ve3IHcVvvaZqqPTZu1uk-qdHbDD4Rqns2Lkt1eh72ff0GKc=');
INSERT INTO people VALUES ('error:306ba98172ca4231ad2148bcb4e0d9ad', 'error', '306ba98172ca4231ad2148bcb4e0d9ad', NULL, '', 1767614438674, '-4vTHvlUvOpIxTkJ0aqeBLT4dW7nhLNC16ITlkEtoqp21VgteWY1inucrcWUJCNGymeMGQKP9ixQRL775Egeo7Mv2fX-X6CDnyY0vJlAWmN6Gvuc_5YijXF6Vm4EjXZvKHUbiiLX42tzs5eSrncqgDZJrzUEcSAdDA6j3Kt4JQ5NSaTYHlB2hTXBlpldm5DyVEBWyX9oMsvyvk86XWUZ3qmpj1muJ0vrh7s3e2dZVHRU2xrujYw-2p83uVGEDYfM4BpisxoPwDN-P90qgXOYvbELwYA6QbMJ9PhnZSuTpeDCUX-0nPvQ-tp5b_oMbFdUqDdTI9mlinXq2m4phv32_32-fwjjqNF0ean88avoPfYao34FNSeiHqmYqHZcFIf053-hVvGCIgYpfmktRKzDI0_rF5mr');
INSERT INTO people VALUES ('call:ddb63cce614f4ad78b5274f26ba9ac3f', 'call', 'ddb63cce614f4ad78b5274f26ba9ac3f', NULL, '5f5d90e6caf1852b407f0423469923a1', 1767614439674, '_IGMjhUMAYFbQf5syD5PU1_IueiDYJbrElDxMmvtu15kKdB5f54Iea28YXPnr4FX8qNfOyMspLo=');
INSERT INTO people VALUES ('error:ddb63cce614f4ad78b5274f26ba9ac3f', 'error', 'ddb63cce614f4ad78b5274f26ba9ac3f', NULL, '', 1767614439674, 'bl2UJSW-308J7M4rZyP2FNKAF2CYwoGurxMhcqdqOWQGUFMiNIOWF5ptBwCs3ujFfIR5Q4IjqluIq_9ZgiicizyzvNw5ZG1nVO_9W1DiaEZhppURkraXaxLJGw6xKXqR0xPT0Cw2_C3JwuSEJ4-Nbf5FvxgjmuSwwgZP_Wlb2ILRXVGZVHoJqUFfBz1KnScxiz7jaSJ-645HIf5G0yE6W4NPORIpJZWcBIv2pyOVcQRYRyn-pTYh5_TQ2x0l9S5a8JeNIBcV-Nxm_XjTK1ef3AwFPkr6kG6m5nI3cfes645g4anxvFZzPfsWmVIQgS5NIogYPzU0KWVxbsU0ye30D78k4cTv2o9wtMlNuxwD_QGjN6RcFup07J84QiPSgqv9_IFx6TIZkdBN9rFgTDdZkM-TLSht');
INSERT INTO people VALUES ('event:15fe8c9731b8827ed36d47a42283cb11af08d85845c0cf76e6aeb28f38bdbd9f', 'event', 'ddb63cce614f4ad78b5274f26ba9ac3f', '9a75f44e-e692-462f-b365-546dde9bd599', '545d54f2d5d85bfd180e9f7a7a341481 5f5d90e6caf1852b407f0423469923a1', 1767614444674, 'DSRjly9C_1ZhhX7UtnT3_e51I5ynUXIJhuw8zxagXLS6M8XhRMp6qcYmqg6bWej97-w1jE9EwygONs1YcfdHpg1QtrhbxH1R760v9TwS4RZkYCE=');
INSERT INTO people VALUES ('call:3ca5506c3f5149b7908d86e983f83abd', 'call', '3ca5506c3f5149b7908d86e983f83abd', NULL, '3ef0582759581f0b3f96ab8368e89d6e a85cbc6900a3031cc5945e055ba50e22', 1767614470674, 'ZfOhXm6CskvCTrmiuXCENgvuCOyW4BZmRZNurZdYTc-QwWZMq0WTjRblIWY6cPTolQNU3zg3pMvAEYsMW-9rJN5wAbNR4i1VC8tSZw==');
INSERT INTO people VALUES ('call:78b4f43ecef549b4be4946006cbf7110', 'call', '78b4f43ecef549b4be4946006cbf7110', 'c9cca2f1-f830-4b0a-91ba-d1d1fbfeb4df', '5e4baaa4c83f860fa0c4a04c38b33442', 1767614481674, 'fu0LEhMk6J8JqwABxtgqhfkMPFhyzNAFhvH5bnobLn5Hft2BBan_yh-3AmRwVLys4A3ECAU4L54=');
INSERT INTO people VALUES ('call:2c9f948a2abb424196516275ff016a11', 'call', '2c9f948a2abb424196516275ff016a11', NULL, '4b3ccef77320a060da2dcadc7dcff066', 1767614482674, 'qVaouXRj2qihNHV0MfndM6wiyt0HlqrR8JDxS0GZNOTyUDtITPdWpf9B6cSLN0PiwlU-P5HcP_I=');
INSERT INTO people VALUES ('reply:2c9f948a2abb424196516275ff016a11:ace', 'reply', '2c9f948a2abb424196516275ff016a11', NULL, '', 1767614482674, 'DVAfqCLGQa0cUmgdUTcAx9bdMj2Br0PDCt4T-CjnCpbr9OwJy4AobIY1ENnQgrAFbeF5xnZhnDQDU6EfNIqH5lYqgDs8dE9R7i0PurvvB9ndM-lRZqeoiiEbDTq0HulXzMTOPOz8H--ELlUFXKwj2sMbLUAM1wJ2tHnjEpNQOFduSjrOk6rGORPHNB_gUDFwXtjCR4gKMgFdtBTk8UmDmKDJ8P1xmEWMKOjPvl-Yc3cGnZ4Ts9CEZ7fNJP9JEwGJFyWu7maQxY6VaaOp6lUJMJYfJlm4RAU4Kux8jZex4E6RNa1tLNwZ7pw4EIOe3Um7nT3rhi_AO0blaSiNBEjdZk8t44UYMX76Rymyeln4kG-9cnwJcIOLqlMV65furPPHKRo1ToAdUi8tZsRdjTzXUizOZ-g0WCU=');
INSERT INTO people VALUES ('reply:2c9f948a2abb424196516275ff016a11:ace.hangup', 'reply', '2c9f948a2abb424196516275ff016a11', NULL, '', 1767614482674, 'EgUJ-2fi6HYU2jMnlTEuKEYQLsViEDfAChP_UZkad-cu7J2UbI6eIDARoIT8iXtHSDt4uwJPlBZw3bUb15Dj3Pj6ciYpwTSysuU=');
INSERT INTO people VALUES ('reply:2c9f948a2abb424196516275ff016a11:ace.machine', 'reply', '2c9f948a2abb424196516275ff016a11', NULL, '', 1767614482674, 'HKd2tKQV0-afDdZdVTSBogdRMuJaz--4W-Wb0lw54QBnPjU4_ZvHFfN53EIAw5ec1cwb268xFg6tovHA6vTRi2poV8cJ5ZapziU=');
INSERT INTO people VALUES ('reply:2c9f948a2abb424196516275ff016a11:pie', 'reply', '2c9f948a2abb424196516275ff016a11', NULL, '', 1767614482674, 'LdKcanAg4yLE88cyVAio_KqyuPRj2NMlmKa5tO8uvxXh3TVbIoJ_XHK5NnJuvVM5rSDQMZmjiFBPCFWZYrb5nAkZ03JUazQ0HjA=');
INSERT INTO people VALUES ('reply:2c9f948a2abb424196516275ff016a11:pie.return', 'reply', '2c9f948a2abb424196516275ff016a11', NULL, '', 1767614482674, 'WxnqTCotChuQL4548-xnFlVNxNxXZCgKryOhyXzVjRozhOzrPxPzi9ugNuuN-kbs1960D0wMjOn6aqyUod6pCocydc4MahbTacXIbcM_hWNjmtWra9OeBIq5D1domhg107D5V7T4BviL4PmBhEfVP7kLpiwTpTIeJZwY02zaucqryAetacQeR0HHCfiCt4M_dQ==');
INSERT INTO people VALUES ('reply:2c9f948a2abb424196516275ff016a11:pie.sequence', 'reply', '2c9f948a2abb424196516275ff016a11', NULL, '', 1767614482674, 'dnqIYMJqt3dz-NJyLO7CjUcNfld31lxzojs4CiV3bzk4Dd26AmO1iaw3OkdfkLrV8vC7z_k5V9xqjh21ud-ZEtAiXjeVP0mpdilKzLonMDnZMkY8b3SfJRirWOkkgNMjTXvhLM2kuWvr4tR09Eyl_sqyh3b3bJLTG49ztwLMPB4wO-4jvkUQkpRPRlpQxhTNPg==');
INSERT INTO people VALUES ('event:39fd41f29c3e30c6f1b21a32661815cf9140c1c275da2741a80f34d97e3b9e4c', 'event', '2c9f948a2abb424196516275ff016a11', '3ba81863-5bd5-43b0-9e54-8e837b21576e', '', 1767614483674, 'vOUwWNw1xOcek8BXRc2ipX2iWfrH3iRgc5ZSE0BPS6b3Zux_bZN0IZc2MTbqzlxmNsmlpmmAoRMtGzMqI63I0TpKKxitJfUaUtJjLCEHVD1ZpDWhFxxbTxTzcmo4zTmRpuPb9hAhJf4kcnIOwyOPX6-ANMY3FDethbi0IUCDC6Wv0uqGinWlcjc4SfInI7_QGAdgL2npDcXHPyc23FJdu5ephP3q_vL_6ZsQGKpUgnvgW_aScCbsIZL3aPk=');
INSERT INTO people VALUES ('event:5a2906b7db9ad969c1000e0c573fc0c70432cafd977a4687fe4d922fb6cc8feb', 'event', '2c9f948a2abb424196516275ff016a11', '3ba81863-5bd5-43b0-9e54-8e837b21576e', '', 1767614487674, 'xQJQZMKu6MiKI_KnqDIubsP_w5ZOfOQhUOEO_rT18wiZRe85TgM8geQJE4CS4cRuSR3zpbaJnkMrWHx9_g_mrQzip3-XWqRuil6NKVelhhLaku207kGUD0DBsI6p1tO_Fd8HST5wR_bC9SwG1BSaPijGLEBksESUHVbKSEaoNJKfM3nk5vxEBkVXWwmWRbQu612AxQGs3-qogFtNZ3xn2ueAP9m1Z1KhwCw7BAmjfH7E7hLfqnQ75S8-SPWR8zBEZzcfXjMCUDlXhwY2getyCQXuG6sSKQH4mea4dt04ejHhd72UnkjEV-SIlsPOwtC57rZ7Llrk347SiO1exIH708hG_JsNrNgUWnZ4j3CYpa11Dev_t-1frSILwl4rAl8AZJQSNtngx3arDusiWooad4MT2rBrmps=');
INSERT INTO people VALUES ('event:8e349bfa093a7e7b9f4b2e6bcca3d3c2c1f9bfd2fc5fc513e73d5bea81c85cf3', 'event', '2c9f948a2abb424196516275ff016a11', '3ba81863-5bd5-43b0-9e54-8e837b21576e', '', 1767614493674, 'TJzY95b4eiPprcFrX3ga_SubjkEBiOkh078R2UVXm92FmJDVHSgDY9p61p6Htjo5WBNsyHxus7brwAw0');
INSERT INTO people VALUES ('event:f752057aed6fe0d7313d9ece32d29ce7048817151aefc9a37bf1c33e6c60120f', 'event', '2c9f948a2abb424196516275ff016a11', '3ba81863-5bd5-43b0-9e54-8e837b21576e', '545d54f2d5d85bfd180e9f7a7a341481 4b3ccef77320a060da2dcadc7dcff066', 1767614493674, 'cTtOtdp0JjTCwbQuwZfuQk4E4CgOhqTQPZUbS1fLtl96BjEtV9DXVsyq5svWlHMdyluNjQiyzr33TWzLv0idbkJipCigSdYjz5quFOAQt3Oz0Ws=');
INSERT INTO people VALUES ('event:3f5bfa16459c6cfab3969530f2735967fc373f6faa2cd923129a7df9df48d225', 'event', '3ca5506c3f5149b7908d86e983f83abd', 'c9cca2f1-f830-4b0a-91ba-d1d1fbfeb4df', '545d54f2d5d85bfd180e9f7a7a341481 3ef0582759581f0b3f96ab8368e89d6e', 1767614544674, 'CHCoplRUE1fiHy5kny3UTnlu6sQGzUvDb0ts6Z2wjMBjFKX5g9DakA1J-MqJtkuYEE3NPxoSDUV8eFQ0O93aR7v9Q5uORVUhjO6_u6LpP8AfCec=');
INSERT INTO people VALUES ('call:06eb70be1cae4fccbdd413d8341b4570', 'call', '06eb70be1cae4fccbdd413d8341b4570', NULL, '5284c0d4c33cea3dd8dcc955f5c23fbc', 1767614544674, '3L-YDzLNoHTNMtGBmDs1r3iBHObzBpPkngVolEtFsM0bBkn221uxrmHVnz6brsqVTXqzsNcjAUU=');
INSERT INTO people VALUES ('event:429d835856e51ed1d82d685202c42507211a667c97ccac8d55be08da61743a1e', 'event', NULL, 'in-1', '78d1aafbbadfc811d6601de54d99e046 545d54f2d5d85bfd180e9f7a7a341481', 1767614545674, 'Hg8QlUBzZTIWcfLJkuqDB3nsAcdAn6ikUO33g2YebIx_jjUmVazJTh7XWJtaTeE3DKEzP78ZQmwMTszDNFD-t2y1Kzqk1zYoq4m0IlzYl4pecEfN7VPCSG5Jh_1s_JjrZkp0CWPxBKP1HAslNwsmYkaViH0QmtZ7r_y_P8OAROqXA2hRO_k1E4zDQDqB909mvNELoQrwtVDC2N_fEw6XicNd7S7jn3n3privVyAEE7DF3fo2n7xHqGcrDczgxejgJn8peAuLNHYbSnfc9w27NM_D6t3O1ohuEyQKJ3U_');
INSERT INTO people VALUES ('call:429d835856e51ed1d82d685202c42507', 'call', '429d835856e51ed1d82d685202c42507', 'in-1', '78d1aafbbadfc811d6601de54d99e046', 1767614545674, 'KvGYQpWgtO8jDQJDJaq6VpdcPjjMkDASUUdcvHSOn5AJ2Deo0KGloxZ23hGZjchul-u5yrBIPsM=');
INSERT INTO people VALUES ('event:ced57317d4008f0d2764ee9b60861bf3384cdb94e96944278c2e2005af02d552', 'event', NULL, 'in-2', '545d54f2d5d85bfd180e9f7a7a341481', 1767614547674, 'AtOuB5Ej6ejTax-RycjqTzD5fkvfPlK0Sk-1wc4ULeKZOyU68V8o-r3VdTDZ77z50niRU6kqzbKpm_F2lYtCfO4LL_atffOGA89D20yI6SHhhe_TeIpd7S6gS8VQ3yVKQs0avbbQIYKSRigNMlUf4XPaEzrCor_aSGap3Io9goyjWnB1chnaCUi0Xl1X10cUYRh_HWpD0_QNkZt0hc4rG2fzK5i0A3VbH_7gIOXjRVy-K9b-H3BdHM08QkHDQQ27A0ijsZYn-8RJjExji1gr70zv5SmKZAT2nvE=');
INSERT INTO people VALUES ('event:c01795899e13380ba419fb1106895d23d5b7ea9a432e030439040086961f3c18', 'event', NULL, 'elsewhere', '', 1767614548674, 'YDTTyA1qvbMWsl95d_b86uALLaYjUnL308obo3_Bnt0btlmJb4eBVcceQ20Pa0V5VAghDUJ3MyDDMkyKCB07eTi9Br-s4HK0HOIxLlj5HrE1ubwaNj5UhyRfSIH8fo8lR53uuJXk_lWLDj_UVQ==');
INSERT INTO replies VALUES ('2c9f948a2abb424196516275ff016a11', 'ace', '{"action":{"name":"hangup"}}');
INSERT INTO replies VALUES ('2c9f948a2abb424196516275ff016a11', 'ace.hangup', '{"action":{"name":"hangup"}}');
INSERT INTO replies VALUES ('2c9f948a2abb424196516275ff016a11', 'ace.machine', '{"action":{"name":"hangup"}}');
INSERT INTO replies VALUES ('2c9f948a2abb424196516275ff016a11', 'pie', '{"action":{"name":"hangup"}}');
INSERT INTO replies VALUES ('2c9f948a2abb424196516275ff016a11', 'pie.return', '{"action":{"name":"hangup"}}');
INSERT INTO replies VALUES ('2c9f948a2abb424196516275ff016a11', 'pie.sequence', '{"action":{"name":"hangup"}}');
ALTER TABLE ONLY approvals
    ADD CONSTRAINT approvals_pkey PRIMARY KEY (principal, destination);
ALTER TABLE ONLY audit
    ADD CONSTRAINT audit_pkey PRIMARY KEY (seq);
ALTER TABLE ONLY calls
    ADD CONSTRAINT calls_pkey PRIMARY KEY (call);
ALTER TABLE ONLY confirmations
    ADD CONSTRAINT confirmations_pkey PRIMARY KEY (principal, digest);
ALTER TABLE ONLY counters
    ADD CONSTRAINT counters_pkey PRIMARY KEY (name, bucket);
ALTER TABLE ONLY events
    ADD CONSTRAINT events_digest_key UNIQUE (digest);
ALTER TABLE ONLY events
    ADD CONSTRAINT events_pkey PRIMARY KEY (seq);
ALTER TABLE ONLY forgotten
    ADD CONSTRAINT forgotten_pkey PRIMARY KEY (call);
ALTER TABLE ONLY gate
    ADD CONSTRAINT gate_pkey PRIMARY KEY (id);
ALTER TABLE ONLY hosts
    ADD CONSTRAINT hosts_pkey PRIMARY KEY (name);
ALTER TABLE ONLY keys
    ADD CONSTRAINT keys_pkey PRIMARY KEY (digest);
ALTER TABLE ONLY meta
    ADD CONSTRAINT meta_pkey PRIMARY KEY (name);
ALTER TABLE ONLY migrations
    ADD CONSTRAINT migrations_pkey PRIMARY KEY (number);
ALTER TABLE ONLY people
    ADD CONSTRAINT people_pkey PRIMARY KEY (id);
ALTER TABLE ONLY replies
    ADD CONSTRAINT replies_pkey PRIMARY KEY (call, event);
ALTER TABLE ONLY tones
    ADD CONSTRAINT tones_pkey PRIMARY KEY (call);
CREATE INDEX calls_call_id ON calls USING btree (call_id) WHERE (call_id IS NOT NULL);
CREATE INDEX calls_claimed_at ON calls USING btree (claimed_at);
CREATE INDEX calls_open ON calls USING btree (deadline) WHERE (state = ANY (ARRAY['pending'::text, 'accepted'::text, 'unknown'::text]));
CREATE INDEX calls_subject ON calls USING btree (subject) WHERE (subject IS NOT NULL);
CREATE INDEX calls_unknown_at ON calls USING btree (unknown_at) WHERE (unknown_at IS NOT NULL);
CREATE INDEX calls_unknown_content ON calls USING btree (content) WHERE (state = 'unknown'::text);
CREATE INDEX events_call_id ON events USING btree (call_id, seq);
CREATE INDEX events_received_at ON events USING btree (received_at);
CREATE INDEX keys_call ON keys USING btree (call);
CREATE INDEX people_at ON people USING btree (kind, at);
CREATE INDEX people_call ON people USING btree (call) WHERE (call IS NOT NULL);
CREATE INDEX people_call_id ON people USING btree (call_id) WHERE (call_id IS NOT NULL);
CREATE TRIGGER audit_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only();
