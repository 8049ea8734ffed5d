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
    reason text
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
CREATE TABLE gate (
    id integer NOT NULL,
    seq bigint NOT NULL,
    head text NOT NULL,
    stopped_at bigint,
    reason text,
    stopped_by text,
    resumed_at bigint
);
CREATE TABLE hosts (
    name text NOT NULL,
    seen_at bigint NOT NULL
);
CREATE TABLE keys (
    digest text NOT NULL,
    call text NOT NULL,
    fingerprint text NOT NULL,
    until bigint NOT NULL
);
CREATE TABLE meta (
    name text NOT NULL,
    value text NOT NULL
);
CREATE TABLE migrations (
    number integer NOT NULL,
    version text NOT NULL
);
CREATE TABLE replies (
    call text NOT NULL,
    event text NOT NULL,
    document text NOT NULL
);
INSERT INTO approvals VALUES ('local', 'd66910feaf90f90c1392fc60aa957aa4', 1767618001000);
INSERT INTO approvals VALUES ('local', '285aaf22f64bcccc77e2a0581e926bbb', 1767618036000);
INSERT INTO approvals VALUES ('local', 'dc1a9a421aab25f99190e84b1eec26f1', 1767618037000);
INSERT INTO approvals VALUES ('local', '5779e713d6d97baa14110f15e2f27baf', 1767618038674);
INSERT INTO approvals VALUES ('local', '3459289883223cf263b58b8f5eac32db', 1767618039674);
INSERT INTO approvals VALUES ('local', '2f0bb3a2e47061b6160b96bab22cf5a8', 1767618070674);
INSERT INTO approvals VALUES ('local', 'ddf90f14ce8065b61928d9910de318ff', 1767618081674);
INSERT INTO approvals VALUES ('local', '0f63e7bf4854f8434d2f03de7303660f', 1767618082674);
INSERT INTO approvals VALUES ('local', 'fd71ef677edafc9d7dfa22b3675cea77', 1767618144674);
INSERT INTO approvals VALUES ('local', 'c4d432428fb117c8a0d63e426f015d06', 1767618150674);
INSERT INTO audit VALUES (1, 1767614401000, 'approved', NULL, '{"destinations":["d66910feaf90f90c1392fc60aa957aa4"]}', '903fc543d0c3341ad9693f886ae0a8557ad6eda1167bb283e550b553bb041c06');
INSERT INTO audit VALUES (2, 1767614401000, 'claim', '1a1d97654ab04319a7df4df7c92ee92f', '{"answer":"yes","currency":"USD","destinations":["d66910feaf90f90c1392fc60aa957aa4"],"kind":"ttsCallout","numbers":["+1404\u202600"],"principal":"local","reserved":0.02,"text":"Hello Anna"}', '9cfa5b6d6ec1af9da0ae928f03e4a3be6c1f639dfb6e68b674dc151201bcd760');
INSERT INTO audit VALUES (3, 1767614401000, 'accepted', '1a1d97654ab04319a7df4df7c92ee92f', '{"call_id":"eae9762a-11d3-4b4a-9b9a-562cd52c4fb2"}', 'c6cc53ea723c0f17a36ceafd7d77fcebfe5176887d562a0b397614ed693171b7');
INSERT INTO audit VALUES (4, 1767614405000, 'ended', '1a1d97654ab04319a7df4df7c92ee92f', '{"cost":20000,"duration":0,"reason":"MANAGERHANGUP","result":"ANSWERED"}', 'f05102364962c342eaf04390bc9be2fae510abf8d4ecc09104b4d60dce29fb0d');
INSERT INTO audit VALUES (5, 1767614434000, 'refused', NULL, '{"kind":"ttsCallout","principal":"local","rule":"repeat_gap_s"}', '17545bf38c0e2d9c20057a31d26e122f583721b273d0c3b67300ba20249caf31');
INSERT INTO audit VALUES (6, 1767614435000, 'refused', NULL, '{"kind":"ttsCallout","principal":"local","rule":"consent"}', '24035e2bed14f03e183b89d0871a45182bb62fb27cb510c5efc49ce111ffa68f');
INSERT INTO audit VALUES (7, 1767614436000, 'approved', NULL, '{"destinations":["285aaf22f64bcccc77e2a0581e926bbb"]}', '442822663328a9ae2e0b4a2ae0c5bfe53b1edc095e85f83a67a9d313c87c027f');
INSERT INTO audit VALUES (8, 1767614436000, 'claim', 'c630f6c5361e409d9301dfb05df6d73b', '{"answer":"yes","currency":"USD","destinations":["285aaf22f64bcccc77e2a0581e926bbb"],"kind":"ttsCallout","numbers":["+1404\u202602"],"principal":"local","reserved":0.02,"text":"Rejected"}', '4e03b6924a8b7b241d6909ef089e1ac878dcb20715077bf67f957cc9eb66afe5');
INSERT INTO audit VALUES (9, 1767614436000, 'rejected', 'c630f6c5361e409d9301dfb05df6d73b', '{"code":"forbidden","error_code":40300}', 'e30047b0bd9101f17070b01bdad8b0f5d5e0a5fa190de4d7b7ffc99c96acbadc');
INSERT INTO audit VALUES (10, 1767614437000, 'approved', NULL, '{"destinations":["dc1a9a421aab25f99190e84b1eec26f1"]}', 'a7cdafcd9dc68b1bfaa4ee41ca686b88e73237bec861cfb1b64a38869578551d');
INSERT INTO audit VALUES (11, 1767614437000, 'claim', '3405863705c34451a7534187ad71c5e2', '{"answer":"yes","currency":"USD","destinations":["dc1a9a421aab25f99190e84b1eec26f1"],"kind":"ttsCallout","numbers":["+1404\u202603"],"principal":"local","reserved":0.02,"text":"Not sent"}', '4d42b5b65f5503a2d24ada5b19b1e0b0162b6835051ed21aced6085e65a89bc8');
INSERT INTO audit VALUES (12, 1767614437674, 'not_sent', '3405863705c34451a7534187ad71c5e2', '{"code":"not_sent"}', '5021e161b890fdd3acac87d0e821a8fbf45e4cabdba7951cd753400a12127bdd');
INSERT INTO audit VALUES (13, 1767614438674, 'approved', NULL, '{"destinations":["5779e713d6d97baa14110f15e2f27baf"]}', '37a4295024b2ea72a11355cee4fdaabd1c2c1627cd654a078e7ba20067c9bc95');
INSERT INTO audit VALUES (14, 1767614438674, 'claim', '4e0ea7ee2e964c4a8517a1859c9c17bf', '{"answer":"yes","currency":"USD","destinations":["5779e713d6d97baa14110f15e2f27baf"],"kind":"ttsCallout","numbers":["+1404\u202604"],"principal":"local","reserved":0.02,"text":"Unknown"}', '1005c46f645833209dbf96304e44b81842af96c1c2c166dd1bfdbb12f10b8a3c');
INSERT INTO audit VALUES (15, 1767614438674, 'unknown', '4e0ea7ee2e964c4a8517a1859c9c17bf', '{"code":"outcome_unknown"}', 'f4ac72a947d6c639c51002f4690bb4964ccdcd3123d589dc4c3764f5d62ca355');
INSERT INTO audit VALUES (16, 1767614439674, 'approved', NULL, '{"destinations":["3459289883223cf263b58b8f5eac32db"]}', '906a43721118ada39fe5d9eca429456a8bb78c9d8cf982da6f1c65c92f0cb8fb');
INSERT INTO audit VALUES (17, 1767614439674, 'claim', '045223335be6481e95d98bdd99829fbc', '{"answer":"yes","currency":"USD","destinations":["3459289883223cf263b58b8f5eac32db"],"kind":"ttsCallout","numbers":["+1404\u202605"],"principal":"local","reserved":0.2,"text":"Lost, and heard of"}', 'df7adffb30ba56a7e5eea83cbe902ca36b6757cdf36ef198ba9c5ef457ea05e1');
INSERT INTO audit VALUES (18, 1767614439674, 'unknown', '045223335be6481e95d98bdd99829fbc', '{"code":"outcome_unknown"}', '03b727541f62769e737f8272d7c74dc4e5f2d12899279b7d5e5938878777b34d');
INSERT INTO audit VALUES (19, 1767614442674, 'accepted', '045223335be6481e95d98bdd99829fbc', '{"call_id":"9a75f44e-e692-462f-b365-546dde9bd599"}', '1940060e47bdc61ed9958dca1606cfe5f3757df4810032e72a2da4e5e665f4e3');
INSERT INTO audit VALUES (20, 1767614444674, 'ended', '045223335be6481e95d98bdd99829fbc', '{"cost":20000,"duration":1,"reason":"MANAGERHANGUP","result":"ANSWERED"}', 'b15af665bc546f08839e060dc347d60a5d84dfe49486dda65dead3b141184baf');
INSERT INTO audit VALUES (21, 1767614470674, 'approved', NULL, '{"destinations":["2f0bb3a2e47061b6160b96bab22cf5a8"]}', '76b23df60eedd2879708d8d40229c489a33ece154b5947a65ddea408ecca3cad');
INSERT INTO audit VALUES (22, 1767614470674, 'claim', 'b4a86ff3356a4be9883cea86cc02da07', '{"answer":"yes","conference":"895fcd12e4206385","currency":"USD","destinations":["2f0bb3a2e47061b6160b96bab22cf5a8"],"kind":"conferenceCallout","numbers":["+1404\u202606"],"principal":"local","reserved":0.2,"text":"Welcome"}', '609bbcde3703c20bbeb955cc9afb1bbf9f2bbfe0e3981bbfc427d3d6f937d3da');
INSERT INTO audit VALUES (23, 1767614470674, 'accepted', 'b4a86ff3356a4be9883cea86cc02da07', '{"call_id":"c9cca2f1-f830-4b0a-91ba-d1d1fbfeb4df"}', '8899fa73a32873d0e0262c9e2e0a0a127de521be85c2d55347465ca238f6a97d');
INSERT INTO audit VALUES (24, 1767614481674, 'approved', NULL, '{"destinations":["ddf90f14ce8065b61928d9910de318ff"]}', '1075e7730e76798decf6397e915ea72fabf347bb5c21d6ad90e55b48c0b3e1d9');
INSERT INTO audit VALUES (25, 1767614481674, 'claim', '6f76cb87796e48e7b52f0efc0d684abd', '{"answer":"yes","currency":"USD","destinations":["ddf90f14ce8065b61928d9910de318ff"],"kind":"update","numbers":["+1404\u202607"],"principal":"local","reserved":0.02,"subject":"c9cca2f1-f830-4b0a-91ba-d1d1fbfeb4df"}', 'ac6a89af8c58aaf5889d8350d796bbe04cfe01dfba826ee9b9cc6d25c5d563d3');
INSERT INTO audit VALUES (26, 1767614481674, 'accepted', '6f76cb87796e48e7b52f0efc0d684abd', '{}', '241f411a3e0f18edab1c0e5c460bbc1eaff0e852915708d6f9c6aeac4cfb634f');
INSERT INTO audit VALUES (27, 1767614482674, 'approved', NULL, '{"destinations":["0f63e7bf4854f8434d2f03de7303660f"]}', 'a0a969491d8524fe0fc06ded5b4dac65ae74509df1ecacc0b78e466733690bdd');
INSERT INTO audit VALUES (28, 1767614482674, 'claim', '5065644e656b4bfb89ba7e8a17c42570', '{"answer":"yes","currency":"USD","destinations":["0f63e7bf4854f8434d2f03de7303660f"],"kind":"customCallout","numbers":["+1404\u202608"],"principal":"local","reserved":0.2,"text":"Do you come? For yes, press 1. For no, press 2. / Thank you. Goodbye."}', '5c7d03c596a67a3fe99b918e6245674377065f564022a58ddcdb9d69860358ba');
INSERT INTO audit VALUES (29, 1767614482674, 'accepted', '5065644e656b4bfb89ba7e8a17c42570', '{"call_id":"3ba81863-5bd5-43b0-9e54-8e837b21576e"}', 'f1e1571e63c2858ee053c753ff2253da0e75c81728e471a14f92d05f872e30f4');
INSERT INTO audit VALUES (30, 1767614493674, 'ended', '5065644e656b4bfb89ba7e8a17c42570', '{"cost":20000,"duration":7,"reason":"CALLEEHANGUP","result":"ANSWERED"}', 'c819754ae3e800bf038c6afef01e9f59c35da77f626a5d445bba3e402ce6efa0');
INSERT INTO audit VALUES (31, 1767614544674, 'ended', 'b4a86ff3356a4be9883cea86cc02da07', '{"cost":60000,"duration":71,"reason":"TIMEOUT","result":"ANSWERED"}', 'a95a5715724c098d72b419f796fbaf355b22714fd7320a543c9c9ed8a51bb5ff');
INSERT INTO audit VALUES (32, 1767614544674, 'approved', NULL, '{"destinations":["fd71ef677edafc9d7dfa22b3675cea77"]}', 'ce0a52fd802ab8b935aa2cf3d01eb7b331db5226be1f4d6e065b933cda50ce38');
INSERT INTO audit VALUES (33, 1767614544674, 'claim', '04f658e5a0544a15a753bfedc7de056e', '{"answer":"yes","currency":"USD","destinations":["fd71ef677edafc9d7dfa22b3675cea77"],"kind":"customCallout","numbers":["+1404\u202609"],"principal":"local","reserved":0.2,"text":"Hi"}', 'c1158dfd6ef80b98bca92a21b3cf7dfb5b16904445c91df599404d9cb54631a2');
INSERT INTO audit VALUES (34, 1767614544674, 'accepted', '04f658e5a0544a15a753bfedc7de056e', '{"call_id":"648fa554-1f3d-4505-9554-226cb94ff40d"}', '866cb47e54bebbbc4e10cd772daaa70e51d87ef1124cc518de6fff08323ccb29');
INSERT INTO audit VALUES (35, 1767614546674, 'ended', '41f1a16fea820743f09e345e820d4810', '{"cost":10000,"duration":9,"reason":"CALLERHANGUP","result":"ANSWERED"}', '6894d42f0ed15ca219e84f8774720d34bd3c5c014f9562f3a8000e02b57c9fff');
INSERT INTO audit VALUES (36, 1767614549674, 'stopped', NULL, '{"by":"emergency_stop of local","reason":"wrong list"}', '59db577b7c47f10c8434c93860b821117e4faa25016f87b721b3b79ebecb2df7');
INSERT INTO audit VALUES (37, 1767614550674, 'approved', NULL, '{"destinations":["c4d432428fb117c8a0d63e426f015d06"]}', 'e20e4234c02d02e833c8d0c18aa77228346222dc5ae4754d9a1075f4ddc46f0d');
INSERT INTO audit VALUES (38, 1767614550674, 'refused', NULL, '{"kind":"ttsCallout","principal":"local","rule":"stopped"}', 'c9810c3c8f91cf6a67bf5c66120142d83000182d6c5cf74147c22666e075c8f1');
INSERT INTO calls VALUES ('1a1d97654ab04319a7df4df7c92ee92f', 'local', 'ttsCallout', 'ended', 'eae9762a-11d3-4b4a-9b9a-562cd52c4fb2', 'ba62db893a5608ec1e45cf2f79df1a6fbbed1070fcf4e92d94454e50973c75ad', '+1404…00', 'd66910feaf90f90c1392fc60aa957aa4', NULL, NULL, 1767614401000, 1767614491000, 1767615182000, NULL, 20000, 'USD', '[]', NULL, 20000, 0, 'ANSWERED', 'MANAGERHANGUP');
INSERT INTO calls VALUES ('c630f6c5361e409d9301dfb05df6d73b', 'local', 'ttsCallout', 'rejected', NULL, '08c945fdaba4784bf4e5fc6305b68ed923420e68ee41413d8e77ae5e6bd5ccff', '+1404…02', '285aaf22f64bcccc77e2a0581e926bbb', NULL, NULL, 1767614436000, 1767614526000, 1767615217000, NULL, 20000, 'USD', '[["285aaf22f64bcccc77e2a0581e926bbb:repeat_gap_s",0,1767614436000,"gap"],["285aaf22f64bcccc77e2a0581e926bbb:repeat_per_week",1767225600000,1,"rejected"],[":calls_per_day",1767571200000,1,"not_sent"],[":calls_per_hour",1767614400000,1,"not_sent"],[":max_spend_per_day",1767571200000,20000,"rejected"]]', '{"code": "forbidden", "message": "Not allowed", "http_status": 403, "error_code": 40300, "reference": "ref-1", "next_step": "Check that the account may call this destination and that the caller id is a verified number.", "retry_safe": true}', NULL, NULL, NULL, NULL);
INSERT INTO calls VALUES ('3405863705c34451a7534187ad71c5e2', 'local', 'ttsCallout', 'not_sent', NULL, '301e132f23b6883dbd7796c7cece378a89de8f0e60656a317e6d6369c4178776', '+1404…03', 'dc1a9a421aab25f99190e84b1eec26f1', NULL, NULL, 1767614437000, 1767614527000, 1767615218000, NULL, 20000, 'USD', '[["dc1a9a421aab25f99190e84b1eec26f1:repeat_gap_s",0,1767614437000,"gap"],["dc1a9a421aab25f99190e84b1eec26f1:repeat_per_week",1767225600000,1,"rejected"],[":calls_per_day",1767571200000,1,"not_sent"],[":calls_per_hour",1767614400000,1,"not_sent"],[":max_spend_per_day",1767571200000,20000,"rejected"]]', '{"code": "not_sent", "message": "The platform was not reached: no connection could be made.", "next_step": "Check the network and the base URL, then try again. Nothing was placed.", "retry_safe": true}', NULL, NULL, NULL, NULL);
INSERT INTO calls VALUES ('4e0ea7ee2e964c4a8517a1859c9c17bf', 'local', 'ttsCallout', 'unknown', NULL, '439092044a459c331d7aa5adff95e714bbe5a354c1b3a52f08845123af700951', '+1404…04', '5779e713d6d97baa14110f15e2f27baf', NULL, NULL, 1767614438674, 1767614528674, 1767615219674, 1767614438674, 20000, 'USD', '[["5779e713d6d97baa14110f15e2f27baf:repeat_gap_s",0,1767614438674,"gap"],["5779e713d6d97baa14110f15e2f27baf:repeat_per_week",1767225600000,1,"rejected"],[":calls_per_day",1767571200000,1,"not_sent"],[":calls_per_hour",1767614400000,1,"not_sent"],[":max_spend_per_day",1767571200000,20000,"rejected"]]', '{"code": "outcome_unknown", "message": "The call may have been placed. Do not place it again. What is known: nothing was received for 10 s.", "record": "4e0ea7ee2e964c4a8517a1859c9c17bf", "next_step": "Do not place it again. Tell the user that the outcome is unknown.", "retry_safe": false}', NULL, NULL, NULL, NULL);
INSERT INTO calls VALUES ('045223335be6481e95d98bdd99829fbc', 'local', 'ttsCallout', 'ended', '9a75f44e-e692-462f-b365-546dde9bd599', '087a9a85798edd0d034b75e967585532620ad2a8fa9034a245494465f1bfe3f7', '+1404…05', '3459289883223cf263b58b8f5eac32db', NULL, NULL, 1767614439674, 1767614529674, 1767615789674, NULL, 200000, 'USD', '[]', NULL, 20000, 1, 'ANSWERED', 'MANAGERHANGUP');
INSERT INTO calls VALUES ('6f76cb87796e48e7b52f0efc0d684abd', 'local', 'update', 'accepted', NULL, 'c3b30e4bdaf7e1f871ed5078d81317f86f1aceb681a390c798633425551a9b14', '+1404…07', 'ddf90f14ce8065b61928d9910de318ff', NULL, 'c9cca2f1-f830-4b0a-91ba-d1d1fbfeb4df', 1767614481674, 1767614571674, 1767615291674, NULL, 20000, 'USD', '[["ddf90f14ce8065b61928d9910de318ff:repeat_gap_s",0,1767614481674,"gap"],["ddf90f14ce8065b61928d9910de318ff:repeat_per_week",1767225600000,1,"rejected"],[":calls_per_day",1767571200000,1,"not_sent"],[":calls_per_hour",1767614400000,1,"not_sent"],[":max_spend_per_day",1767571200000,20000,"rejected"]]', NULL, NULL, NULL, NULL, NULL);
INSERT INTO calls VALUES ('5065644e656b4bfb89ba7e8a17c42570', 'local', 'customCallout', 'ended', '3ba81863-5bd5-43b0-9e54-8e837b21576e', '28c1715f03ad88fcf236d6df0b10354e636c97ca89ada58d7892ecec4c23ae31', '+1404…08', '0f63e7bf4854f8434d2f03de7303660f', NULL, NULL, 1767614482674, 1767614572674, 1767615832674, NULL, 200000, 'USD', '[]', NULL, 20000, 7, 'ANSWERED', 'CALLEEHANGUP');
INSERT INTO calls VALUES ('b4a86ff3356a4be9883cea86cc02da07', 'local', 'conferenceCallout', 'ended', 'c9cca2f1-f830-4b0a-91ba-d1d1fbfeb4df', 'd4aeff4be2027daec8ef936b205ad8291aae970a61f21291f711bd84cd5d78bc', '+1404…06', '2f0bb3a2e47061b6160b96bab22cf5a8', 'room', NULL, 1767614470674, 1767614560674, 1767615820674, NULL, 200000, 'USD', '[]', NULL, 60000, 71, 'ANSWERED', 'TIMEOUT');
INSERT INTO calls VALUES ('04f658e5a0544a15a753bfedc7de056e', 'local', 'customCallout', 'accepted', '648fa554-1f3d-4505-9554-226cb94ff40d', 'dafdef29b852ecdbbf4a0f9c46fbdde086e7058c044d8a4317b87d7d39dec311', '+1404…09', 'fd71ef677edafc9d7dfa22b3675cea77', NULL, NULL, 1767614544674, 1767614634674, 1767615894674, NULL, 200000, 'USD', '[["fd71ef677edafc9d7dfa22b3675cea77:repeat_gap_s",0,1767614544674,"gap"],["fd71ef677edafc9d7dfa22b3675cea77:repeat_per_week",1767225600000,1,"rejected"],[":calls_per_day",1767571200000,1,"not_sent"],[":calls_per_hour",1767614400000,1,"not_sent"],[":max_spend_per_day",1767571200000,200000,"rejected"]]', NULL, NULL, NULL, NULL, NULL);
INSERT INTO calls VALUES ('41f1a16fea820743f09e345e820d4810', 'caller', 'inbound', 'ended', 'in-1', '', '12025…23', '', NULL, NULL, 1767614545674, 1767614545674, 1767629545674, NULL, 0, NULL, '[]', NULL, 10000, 9, 'ANSWERED', 'CALLERHANGUP');
INSERT INTO calls VALUES ('c7330eedd94622ac66f4bb92680f6bfe', 'caller', 'inbound', 'accepted', 'in-2', '', 'private', '', NULL, NULL, 1767614547674, 1767614547674, 1767629547674, NULL, 0, NULL, '[]', NULL, NULL, NULL, NULL, NULL);
INSERT INTO counters VALUES ('d66910feaf90f90c1392fc60aa957aa4:repeat_gap_s', 0, 1767614401000, 0, 1767614461000);
INSERT INTO counters VALUES ('d66910feaf90f90c1392fc60aa957aa4:repeat_per_week', 1767225600000, 1, 7, 1768435200000);
INSERT INTO counters VALUES ('285aaf22f64bcccc77e2a0581e926bbb:repeat_gap_s', 0, 0, 0, 1767614496000);
INSERT INTO counters VALUES ('285aaf22f64bcccc77e2a0581e926bbb:repeat_per_week', 1767225600000, 0, 7, 1768435200000);
INSERT INTO counters VALUES ('dc1a9a421aab25f99190e84b1eec26f1:repeat_gap_s', 0, 0, 0, 1767614497000);
INSERT INTO counters VALUES ('dc1a9a421aab25f99190e84b1eec26f1:repeat_per_week', 1767225600000, 0, 7, 1768435200000);
INSERT INTO counters VALUES ('5779e713d6d97baa14110f15e2f27baf:repeat_gap_s', 0, 1767614438674, 0, 1767614498674);
INSERT INTO counters VALUES ('5779e713d6d97baa14110f15e2f27baf:repeat_per_week', 1767225600000, 1, 7, 1768435200000);
INSERT INTO counters VALUES ('3459289883223cf263b58b8f5eac32db:repeat_gap_s', 0, 1767614439674, 0, 1767614499674);
INSERT INTO counters VALUES ('3459289883223cf263b58b8f5eac32db:repeat_per_week', 1767225600000, 1, 7, 1768435200000);
INSERT INTO counters VALUES ('2f0bb3a2e47061b6160b96bab22cf5a8:repeat_gap_s', 0, 1767614470674, 0, 1767614530674);
INSERT INTO counters VALUES ('2f0bb3a2e47061b6160b96bab22cf5a8:repeat_per_week', 1767225600000, 1, 7, 1768435200000);
INSERT INTO counters VALUES ('ddf90f14ce8065b61928d9910de318ff:repeat_gap_s', 0, 1767614481674, 0, 1767614541674);
INSERT INTO counters VALUES ('ddf90f14ce8065b61928d9910de318ff:repeat_per_week', 1767225600000, 1, 7, 1768435200000);
INSERT INTO counters VALUES ('0f63e7bf4854f8434d2f03de7303660f:repeat_gap_s', 0, 1767614482674, 0, 1767614542674);
INSERT INTO counters VALUES ('0f63e7bf4854f8434d2f03de7303660f:repeat_per_week', 1767225600000, 1, 7, 1768435200000);
INSERT INTO counters VALUES ('fd71ef677edafc9d7dfa22b3675cea77:repeat_gap_s', 0, 1767614544674, 0, 1767614604674);
INSERT INTO counters VALUES ('fd71ef677edafc9d7dfa22b3675cea77:repeat_per_week', 1767225600000, 1, 7, 1768435200000);
INSERT INTO counters VALUES (':calls_per_day', 1767571200000, 8, 100, 1767744000000);
INSERT INTO counters VALUES (':calls_per_hour', 1767614400000, 8, 30, 1767621600000);
INSERT INTO counters VALUES (':max_spend_per_day', 1767571200000, 360000, 5000000, 1767744000000);
INSERT INTO events VALUES (1, '19d8351a5d2fbb15b74c33b2abd9e34b2ea77654508f6917212f0b85137266db', 'eae9762a-11d3-4b4a-9b9a-562cd52c4fb2', 'dice', 1767614404000, 1767614405000, '{"result":"ANSWERED","reason":"MANAGERHANGUP","duration_s":0,"cost":0.02,"currency":"USD","untrusted":{"from":"14155\u202600","to":"14045\u202600"}}', '');
INSERT INTO events VALUES (2, '3b954a44fb00d82378a26a4d15ead65502392ede3b3bee818c920bd7eaf81532', '9a75f44e-e692-462f-b365-546dde9bd599', 'ace', 1767614442000, 1767614442674, '{}', '{"action":{"name":"continue"}}');
INSERT INTO events VALUES (3, '4cff4184013cddc4a424e930a6bc727864b76ff0972a3a02640e45eef54259b0', '9a75f44e-e692-462f-b365-546dde9bd599', 'dice', 1767614443000, 1767614444674, '{"result":"ANSWERED","reason":"MANAGERHANGUP","duration_s":1,"cost":0.02,"currency":"USD","untrusted":{"from":"14155\u202600","to":"14045\u202605"}}', '');
INSERT INTO events VALUES (4, 'a703444dd99ae613aa66455bbd7d83d4fa7673bbb250b8f2ffb222ef22a8e885', '3ba81863-5bd5-43b0-9e54-8e837b21576e', 'pie', 1767614520000, 1767614483674, '{"type":"return","by":"dtmf","untrusted":{"menu_id":"main","input":"1"}}', '{"instructions":[{"name":"say","text":"Thank you. Goodbye."}],"action":{"name":"hangup"}}');
INSERT INTO events VALUES (5, 'a54e5dddf3237b12e6f7c1b70bfec97c09bccc188fa74121c380f9f6b7db2072', '3ba81863-5bd5-43b0-9e54-8e837b21576e', 'ace', 1767614487000, 1767614487674, '{"answered_by":"human","because":"greeting"}', '{"action":{"name":"runMenu","locale":"en-US","menus":[{"id":"main","mainPrompt":"#tts[Do you come? For yes, press 1. For no, press 2.]","repeats":2,"options":[{"dtmf":"1","action":"return(1)"},{"dtmf":"2","action":"return(2)"}]}]}}');
INSERT INTO events VALUES (6, '9b1b0a94d58bc44242fe7b4d2324c5268a69cb77a118d2cc84409b529ad0821a', '3ba81863-5bd5-43b0-9e54-8e837b21576e', 'pie', 1767614493000, 1767614493674, '{"type":"hangup","untrusted":{"menu_id":"main"}}', '');
INSERT INTO events VALUES (7, 'c709f14fe8dea5f7cb5f087c6914a1a9ddff5cfb6325b330a1748bc52ff0ff12', '3ba81863-5bd5-43b0-9e54-8e837b21576e', 'dice', 1767614493000, 1767614493674, '{"result":"ANSWERED","reason":"CALLEEHANGUP","duration_s":7,"cost":0.02,"currency":"USD","untrusted":{"from":"14155\u202600","to":"14045\u202608"}}', '');
INSERT INTO events VALUES (8, 'bca85676c5bcbc4fd4afe5bad0e38df36dce5392eb0ba5f6685a5e892a823779', 'c9cca2f1-f830-4b0a-91ba-d1d1fbfeb4df', 'dice', 1767614544000, 1767614544674, '{"result":"ANSWERED","reason":"TIMEOUT","duration_s":71,"cost":0.06,"currency":"USD","untrusted":{"from":"14155\u202600","to":"14045\u202606"}}', '');
INSERT INTO events VALUES (9, '41f1a16fea820743f09e345e820d48105c86e3f83b96b284c14642323d5d1c01', 'in-1', 'ice', 1767614700000, 1767614545674, '{"untrusted":{"cli":"12025\u202623","to":"+1415\u202600"}}', '{"instructions":[{"name":"say","text":"Sorry, nobody can take this call. Goodbye."}],"action":{"name":"hangup"}}');
INSERT INTO events VALUES (10, 'd2554f71ac42ef8de2cfeffdb3d1f2db86b9d51cbfef8a845f3c97a74816392a', 'in-1', 'dice', 1767614709000, 1767614546674, '{"result":"ANSWERED","reason":"CALLERHANGUP","duration_s":9,"cost":0.01,"currency":"USD"}', '');
INSERT INTO events VALUES (11, 'c7330eedd94622ac66f4bb92680f6bfe1d5144959518add4d134d631f92e8fed', 'in-2', 'ice', 1767614760000, 1767614547674, '{"untrusted":{"cli":"private","to":"+1415\u202600"}}', '{"instructions":[{"name":"say","text":"Sorry, nobody can take this call. Goodbye."}],"action":{"name":"hangup"}}');
INSERT INTO events VALUES (12, '2023af02c36996a9930eb4e1639d573da9ae313e75720c58be585f9a19647606', 'elsewhere', 'notify', 1767614760000, 1767614548674, '{"untrusted":{"type":"recording_available","destination":"s3://bucket/call.wav"}}', '');
INSERT INTO gate VALUES (1, 38, 'c9810c3c8f91cf6a67bf5c66120142d83000182d6c5cf74147c22666e075c8f1', 1767614549674, 'wrong list', 'emergency_stop of local', NULL);
INSERT INTO keys VALUES ('95df54eb33b48051480d0c2ea296c00d3b81aeeb7b77ce847ffcb5d07e9dd172', '1a1d97654ab04319a7df4df7c92ee92f', 'ba62db893a5608ec1e45cf2f79df1a6fbbed1070fcf4e92d94454e50973c75ad', 1770206401000);
INSERT INTO keys VALUES ('cdf2f256667eaa6ac6a341759407de3feaa411b446c36e2a224701a9d9d84850', '4e0ea7ee2e964c4a8517a1859c9c17bf', '439092044a459c331d7aa5adff95e714bbe5a354c1b3a52f08845123af700951', 1767614558674);
INSERT INTO keys VALUES ('d9ad028298f191f215c1fc12ebbcf5587386b940b1834a72bc6850beba3ddaf7', '045223335be6481e95d98bdd99829fbc', '087a9a85798edd0d034b75e967585532620ad2a8fa9034a245494465f1bfe3f7', 1767614559674);
INSERT INTO keys VALUES ('ab743be4e299886557463bd89a64f5d42faed5aaf6fdb53779a34752ab852feb', 'b4a86ff3356a4be9883cea86cc02da07', 'd4aeff4be2027daec8ef936b205ad8291aae970a61f21291f711bd84cd5d78bc', 1767614590674);
INSERT INTO keys VALUES ('69d7e3ef640548502d1e9a6f6a06a93b8f984659e6214e29fce581340c2575e7', '6f76cb87796e48e7b52f0efc0d684abd', 'c3b30e4bdaf7e1f871ed5078d81317f86f1aceb681a390c798633425551a9b14', 1767614601674);
INSERT INTO keys VALUES ('99e2963fed26aa58f9196b3e2095cb6a20ce2dd884221c70619260ac62bdcc64', '5065644e656b4bfb89ba7e8a17c42570', '28c1715f03ad88fcf236d6df0b10354e636c97ca89ada58d7892ecec4c23ae31', 1770206482674);
INSERT INTO keys VALUES ('29838dc6f9aa81e1a18c0525fd40c29cf1627d54ddde5d9131ca63ac140fee90', '04f658e5a0544a15a753bfedc7de056e', 'dafdef29b852ecdbbf4a0f9c46fbdde086e7058c044d8a4317b87d7d39dec311', 1767614664674);
INSERT INTO meta VALUES ('number_key', '6210368705b3dfa286997f7ee0c2477f7ca57f5bfdd4a13ea5eef212338bda72');
INSERT INTO migrations VALUES (1, '0.1.0');
INSERT INTO migrations VALUES (2, '0.1.0');
INSERT INTO replies VALUES ('5065644e656b4bfb89ba7e8a17c42570', 'ace', '{"action":{"name":"runMenu","locale":"en-US","menus":[{"id":"main","mainPrompt":"#tts[Do you come? For yes, press 1. For no, press 2.]","repeats":2,"options":[{"dtmf":"1","action":"return(1)"},{"dtmf":"2","action":"return(2)"}]}]}}');
INSERT INTO replies VALUES ('5065644e656b4bfb89ba7e8a17c42570', 'ace.hangup', '{"action":{"name":"hangup"}}');
INSERT INTO replies VALUES ('5065644e656b4bfb89ba7e8a17c42570', 'ace.machine', '{"action":{"name":"hangup"}}');
INSERT INTO replies VALUES ('5065644e656b4bfb89ba7e8a17c42570', 'pie', '{"action":{"name":"hangup"}}');
INSERT INTO replies VALUES ('5065644e656b4bfb89ba7e8a17c42570', 'pie.return', '{"instructions":[{"name":"say","text":"Thank you. Goodbye."}],"action":{"name":"hangup"}}');
INSERT INTO replies VALUES ('5065644e656b4bfb89ba7e8a17c42570', 'pie.sequence', '{"instructions":[{"name":"say","text":"Thank you. Goodbye."}],"action":{"name":"hangup"}}');
ALTER TABLE ONLY approvals
    ADD CONSTRAINT approvals_pkey PRIMARY KEY (principal, destination);
ALTER TABLE ONLY audit
    ADD CONSTRAINT audit_pkey PRIMARY KEY (seq);
ALTER TABLE ONLY calls
    ADD CONSTRAINT calls_pkey PRIMARY KEY (call);
ALTER TABLE ONLY counters
    ADD CONSTRAINT counters_pkey PRIMARY KEY (name, bucket);
ALTER TABLE ONLY events
    ADD CONSTRAINT events_digest_key UNIQUE (digest);
ALTER TABLE ONLY events
    ADD CONSTRAINT events_pkey PRIMARY KEY (seq);
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
ALTER TABLE ONLY replies
    ADD CONSTRAINT replies_pkey PRIMARY KEY (call, event);
CREATE INDEX calls_call_id ON calls USING btree (call_id) WHERE (call_id IS NOT NULL);
CREATE INDEX calls_claimed_at ON calls USING btree (claimed_at);
CREATE INDEX calls_open ON calls USING btree (deadline) WHERE (state = ANY (ARRAY['pending'::text, 'accepted'::text, 'unknown'::text]));
CREATE INDEX calls_unknown_at ON calls USING btree (unknown_at) WHERE (unknown_at IS NOT NULL);
CREATE INDEX events_call_id ON events USING btree (call_id, seq);
CREATE INDEX keys_call ON keys USING btree (call);
CREATE TRIGGER audit_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only();
