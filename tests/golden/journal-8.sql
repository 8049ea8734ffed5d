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
    sandbox text
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
INSERT INTO audit VALUES (1, 1767614401000, 'approved', NULL, '{"destinations":["660b767515739a095a02f5a2f64f19f9"],"principal":"root@vm"}', 'b8bc3d22c31ff1760323773832eb9d0cadc54b74f11a855f1a9d7a1b610de36a');
INSERT INTO audit VALUES (2, 1767614401000, 'claim', '1d6174a7e2884d60b7a04f807c72e7a5', '{"answer":"yes","confirmed_by":"root@vm","currency":"USD","destinations":["660b767515739a095a02f5a2f64f19f9"],"kind":"ttsCallout","numbers":["+1404\u202600"],"principal":"local","reserved":"0.02","text":"Hello Anna"}', '8a1b4aac4aa8c15ea32ad6299235b75bcd551ca7d24455ce25d2cbf3e830764f');
INSERT INTO audit VALUES (3, 1767614401000, 'accepted', '1d6174a7e2884d60b7a04f807c72e7a5', '{"call_id":"eae9762a-11d3-4b4a-9b9a-562cd52c4fb2"}', '98e825f129e5886eb4f55816a2632d28e90f13cd2816ceeba4aeb5dbc1cc056c');
INSERT INTO audit VALUES (4, 1767614403000, 'approved', NULL, '{"destinations":["660b767515739a095a02f5a2f64f19f9"],"principal":"root@vm"}', '50b7cbc0acb587561926ae267908b2f714d9bacf56981b5376c170333fab0140');
INSERT INTO audit VALUES (5, 1767614405000, 'ended', '1d6174a7e2884d60b7a04f807c72e7a5', '{"cost":"0.02","currency":"USD","duration":0,"reason":"MANAGERHANGUP","result":"ANSWERED"}', 'ba2bf898dd63e7028033911e254a775a575f18678e6abd7be54d1584a90c19fd');
INSERT INTO audit VALUES (6, 1767614434000, 'approved', NULL, '{"destinations":["660b767515739a095a02f5a2f64f19f9"],"principal":"root@vm"}', '61010b27de921d4d699b8fa0c05f43905f67ee8f935c3de684daeaa38fd6f734');
INSERT INTO audit VALUES (7, 1767614434000, 'refused', NULL, '{"kind":"ttsCallout","principal":"local","rule":"repeat_gap_s"}', '5a878ca45b573c99aee180b16573208ae691def013f944c678f513c29e5cf880');
INSERT INTO audit VALUES (8, 1767614435000, 'refused', NULL, '{"kind":"ttsCallout","principal":"local","rule":"consent"}', '770ebbf884ccd0cd2f35782eeab9514485045db43287aa169ce4f08031b7c56e');
INSERT INTO audit VALUES (9, 1767614436000, 'approved', NULL, '{"destinations":["0652ac10b0b58b5fbc4f2716407d2071"],"principal":"root@vm"}', 'd416d60394deb24aa9a34853854b66d3582ef07400095e1184707c56e8bda23c');
INSERT INTO audit VALUES (10, 1767614436000, 'claim', '4acfeed60c004e75ac97f7d55d70de0b', '{"answer":"yes","confirmed_by":"root@vm","currency":"USD","destinations":["0652ac10b0b58b5fbc4f2716407d2071"],"kind":"ttsCallout","numbers":["+1404\u202602"],"principal":"local","reserved":"0.02","text":"Rejected"}', 'b02d073e20bb8710c0a7512a58e56e5832cc7ff4c6027f665f83d2f66e532a72');
INSERT INTO audit VALUES (11, 1767614436000, 'rejected', '4acfeed60c004e75ac97f7d55d70de0b', '{"code":"forbidden","error_code":40300}', 'ba514907bf96745942edc6bfdde0cb476c236ac731896c27674bffe110fe9087');
INSERT INTO audit VALUES (12, 1767614437000, 'approved', NULL, '{"destinations":["dbce278778dcdf43a7e0aab9d7ca0726"],"principal":"root@vm"}', '0f992178e514749fac6ae369edef82b141b3101bed36ac22f32dd94b2eac3344');
INSERT INTO audit VALUES (13, 1767614437000, 'claim', 'a7a81b350183404790c68ee36158a70f', '{"answer":"yes","confirmed_by":"root@vm","currency":"USD","destinations":["dbce278778dcdf43a7e0aab9d7ca0726"],"kind":"ttsCallout","numbers":["+1404\u202603"],"principal":"local","reserved":"0.02","text":"Not sent"}', '2a2e176e8366852fb16910b88bba62d409be1dcaff990f8519332596e2b7b12a');
INSERT INTO audit VALUES (14, 1767614437674, 'not_sent', 'a7a81b350183404790c68ee36158a70f', '{"code":"not_sent"}', '783dd1ac7d61e27b899848165e5764c5cf65f96e6b7998fe50d47d4259dec40c');
INSERT INTO audit VALUES (15, 1767614438674, 'approved', NULL, '{"destinations":["6790d9254a437fdd4a4ed1044dd6054d"],"principal":"root@vm"}', '277b5ed340ef5c33ed4653b990e608172bffa39014befe8afc57574ff44b45c9');
INSERT INTO audit VALUES (16, 1767614438674, 'claim', '946e7716ceb242d19ef53af6d84916a3', '{"answer":"yes","confirmed_by":"root@vm","currency":"USD","destinations":["6790d9254a437fdd4a4ed1044dd6054d"],"kind":"ttsCallout","numbers":["+1404\u202604"],"principal":"local","reserved":"0.02","text":"Unknown"}', '936065a62fe34bc9070de8a4d839abfe72401bdd049e5af1496051dac8c4f8a9');
INSERT INTO audit VALUES (17, 1767614438674, 'unknown', '946e7716ceb242d19ef53af6d84916a3', '{"code":"outcome_unknown"}', 'ca7c7d3e328f584bd915db2cd59f502c58fb7f994b0f2b3b4e7dbb14e8c25568');
INSERT INTO audit VALUES (18, 1767614439674, 'approved', NULL, '{"destinations":["28e7fe4e6a24ddbacafcced584e39242"],"principal":"root@vm"}', '238a44e207547ba9c77e3b35e0df5c88ef8b3a2c0aa3c75ece38b1e786c40b8b');
INSERT INTO audit VALUES (19, 1767614439674, 'claim', '75ea78da2b324fc49000ada50ad0164a', '{"answer":"yes","confirmed_by":"root@vm","currency":"USD","destinations":["28e7fe4e6a24ddbacafcced584e39242"],"kind":"ttsCallout","numbers":["+1404\u202605"],"principal":"local","reserved":"0.20","text":"Lost, and heard of"}', '51132f39a3c4802d6b1eb8ea9b72f7043231143db0ad0bcd1427fe75b8d01c47');
INSERT INTO audit VALUES (20, 1767614439674, 'unknown', '75ea78da2b324fc49000ada50ad0164a', '{"code":"outcome_unknown"}', 'e4f48966a1ecd49c17d51a1011666b5158bcc5a52b932a763b392086c33e2c71');
INSERT INTO audit VALUES (21, 1767614442674, 'accepted', '75ea78da2b324fc49000ada50ad0164a', '{"call_id":"9a75f44e-e692-462f-b365-546dde9bd599"}', '736afe040a16b65b6c59043cfb7a108d393a1975cdf658c8bc9a1ba4d8c61f61');
INSERT INTO audit VALUES (22, 1767614444674, 'ended', '75ea78da2b324fc49000ada50ad0164a', '{"cost":"0.02","currency":"USD","duration":1,"reason":"MANAGERHANGUP","result":"ANSWERED"}', '887b77351c6aa1fd2f0e03043da7b07bfa56c346627b4c08f8587073497298b7');
INSERT INTO audit VALUES (23, 1767614470674, 'approved', NULL, '{"destinations":["2a3730360936584c5854ff6c2c985704"],"principal":"root@vm"}', '9e35fdaf86eb1108e473cd96dee6d375e2b7c4fafe2c8572191dcd32cbad7406');
INSERT INTO audit VALUES (24, 1767614470674, 'claim', 'e84af20a961c49a1b314ddb9b6e2ed60', '{"answer":"yes","conference":"895fcd12e4206385","confirmed_by":"root@vm","currency":"USD","destinations":["2a3730360936584c5854ff6c2c985704"],"kind":"conferenceCallout","numbers":["+1404\u202606"],"principal":"local","reserved":"0.20","text":"Welcome"}', '2c15963e45f2124be793490d4bcf5af860ca40975d6b9e85387d8505345bc2a5');
INSERT INTO audit VALUES (25, 1767614470674, 'accepted', 'e84af20a961c49a1b314ddb9b6e2ed60', '{"call_id":"c9cca2f1-f830-4b0a-91ba-d1d1fbfeb4df"}', 'f1cfaa6d2c46be0afa34329f0ad7a265afe0a8e165ed8c8fe7289a8e9213d661');
INSERT INTO audit VALUES (26, 1767614481674, 'approved', NULL, '{"destinations":["e20a63c35c619aaa5927850057447dd8"],"principal":"root@vm"}', '13d9616fbeb485624832e6ac30d78db72209728c06d11ae0eb2182602f30ed40');
INSERT INTO audit VALUES (27, 1767614481674, 'claim', '64e350dece804cfb96eda9bbb6173741', '{"answer":"yes","confirmed_by":"root@vm","currency":"USD","destinations":["e20a63c35c619aaa5927850057447dd8"],"kind":"update","numbers":["+1404\u202607"],"principal":"local","reserved":"0.04","subject":"c9cca2f1-f830-4b0a-91ba-d1d1fbfeb4df"}', '0102c4856f3ccbced8dc8493949c3c922d1ab784a2865fc7a089df8a7f3848d6');
INSERT INTO audit VALUES (28, 1767614481674, 'accepted', '64e350dece804cfb96eda9bbb6173741', '{}', '7d80a6b36d99819a4d9cade8781469856b560fd66276cb6c0bd9df02fa760338');
INSERT INTO audit VALUES (29, 1767614482674, 'approved', NULL, '{"destinations":["fe2ddc206af3c80f0ad8c7769768f634"],"principal":"root@vm"}', 'b4d7de115943be23a87ac9f949c642dbd9dc584dce7b3429d97fc92a84adce6d');
INSERT INTO audit VALUES (30, 1767614482674, 'claim', '947f0a0abd6a4fcd849f1f8c394547c3', '{"answer":"yes","confirmed_by":"root@vm","currency":"USD","destinations":["fe2ddc206af3c80f0ad8c7769768f634"],"kind":"customCallout","numbers":["+1404\u202608"],"principal":"local","reserved":"0.20","text":"Do you come? For yes, press 1. For no, press 2. / Thank you. Goodbye."}', '06c89d48d4413fd3db444a17f6911fd1f221da049bf29ab8ae3ffe55867dad24');
INSERT INTO audit VALUES (31, 1767614482674, 'accepted', '947f0a0abd6a4fcd849f1f8c394547c3', '{"call_id":"3ba81863-5bd5-43b0-9e54-8e837b21576e"}', '70b6d1380eacb18ae9ec624663717c248383512c949aaaecf2952b967dd30dc4');
INSERT INTO audit VALUES (32, 1767614493674, 'ended', '947f0a0abd6a4fcd849f1f8c394547c3', '{"cost":"0.02","currency":"USD","duration":7,"reason":"CALLEEHANGUP","result":"ANSWERED"}', '9c8520da8f546e538c3eb7a647a82280a14e62c68204b5f0ade90b5eec3be5a2');
INSERT INTO audit VALUES (33, 1767614544674, 'ended', 'e84af20a961c49a1b314ddb9b6e2ed60', '{"cost":"0.06","currency":"USD","duration":71,"reason":"TIMEOUT","result":"ANSWERED"}', '6ad8c201711fb5d4405566396818cf66dc96fbe27f6c0c7f5994e0fb24750a37');
INSERT INTO audit VALUES (34, 1767614544674, 'ended', '64e350dece804cfb96eda9bbb6173741', '{"cost":"0.00","currency":"USD","duration":71,"reason":"TIMEOUT","result":"ANSWERED"}', '12c12f885b655a5dbeb983e2b90d307b4b3a3d8577d9f30218e65493a5e6330a');
INSERT INTO audit VALUES (35, 1767614544674, 'approved', NULL, '{"destinations":["32ebe63bb694cd44ef035fcdea727ee9"],"principal":"root@vm"}', '78497f76438c238f1a94b0c6ce9e5f3972d2310329d73a4b3d4f6f780eeaaf9d');
INSERT INTO audit VALUES (36, 1767614544674, 'claim', '987cdd54b5b8498da840ad6780eead9c', '{"answer":"yes","confirmed_by":"root@vm","currency":"USD","destinations":["32ebe63bb694cd44ef035fcdea727ee9"],"kind":"customCallout","numbers":["+1404\u202609"],"principal":"local","reserved":"0.20","text":"Hi"}', 'fcffbd40159e9ac54c29660a9a7d62ff8b8aefeb71022261c18b70a6805a7985');
INSERT INTO audit VALUES (37, 1767614544674, 'accepted', '987cdd54b5b8498da840ad6780eead9c', '{"call_id":"648fa554-1f3d-4505-9554-226cb94ff40d"}', 'c953d7bedc2d2a22c6c776ddbbc70142591165e052874522eee22ca40b36ae7e');
INSERT INTO audit VALUES (38, 1767614546674, 'ended', '429d835856e51ed1d82d685202c42507', '{"cost":"0.01","currency":null,"duration":9,"reason":"CALLERHANGUP","result":"ANSWERED"}', '96e0fa738422ce9a6ed9fe4d7282d1cf2e7ecd0efdc9d2bcd30c469cc3e67306');
INSERT INTO audit VALUES (39, 1767614549674, 'stopped', NULL, '{"by":"emergency_stop of local","reason":"wrong list"}', '485f2b20c3d3e2a55315ca11cd05e882c71c3bad86bc77aabbdba44ae2bc9656');
INSERT INTO audit VALUES (40, 1767614549674, 'changed', NULL, '{"by":"emergency_stop of local","outcome":"done","tool":"emergency_stop"}', 'e4dee124038b52a0f19678712a31897790c2262eae463348251f347de2808ee3');
INSERT INTO audit VALUES (41, 1767614550674, 'refused', NULL, '{"kind":"ttsCallout","principal":"local","rule":"stopped"}', 'a929638e38ba42d2f952ded4c0568d06e553ff52edd439705fcb1db794c56221');
INSERT INTO calls VALUES ('1d6174a7e2884d60b7a04f807c72e7a5', 'local', 'ttsCallout', 'ended', 'eae9762a-11d3-4b4a-9b9a-562cd52c4fb2', '496594fc118191a4fd7f04e708e1c204ce0c3c597a3c064f191c140b94f65a5b', '+1404…00', '660b767515739a095a02f5a2f64f19f9', NULL, NULL, 1767614401000, 1767614491000, 1767615182000, NULL, 20000, 'USD', '[]', NULL, 20000, 0, 'ANSWERED', 'MANAGERHANGUP', '876779f163a72af223006fa97909453958436caae9ed0f086cc6d0c5d11b2aa1', 31, 20000, 1, 'dice', NULL);
INSERT INTO calls VALUES ('4acfeed60c004e75ac97f7d55d70de0b', 'local', 'ttsCallout', 'rejected', NULL, '08c945fdaba4784bf4e5fc6305b68ed923420e68ee41413d8e77ae5e6bd5ccff', '+1404…02', '0652ac10b0b58b5fbc4f2716407d2071', NULL, NULL, 1767614436000, 1767614526000, 1767615217000, NULL, 20000, 'USD', '[["0652ac10b0b58b5fbc4f2716407d2071:repeat_gap_s",0,1767614436000,"gap"],["0652ac10b0b58b5fbc4f2716407d2071:repeat_per_week",1767613680000,1,"rejected"],[":calls_per_day",1767614400000,1,"not_sent"],[":calls_per_hour",1767614430000,1,"not_sent"],[":max_spend_per_day",1767614400000,20000,"rejected"]]', '{"code": "forbidden", "error_code": 40300, "http_status": 403, "retry_safe": true}', NULL, NULL, NULL, NULL, '878263fc0b8888ebb518753580bb6baa45f886e74afe5bcf637839d24c5ad0dd', 31, 20000, NULL, 'ace dice', NULL);
INSERT INTO calls VALUES ('a7a81b350183404790c68ee36158a70f', 'local', 'ttsCallout', 'not_sent', NULL, '301e132f23b6883dbd7796c7cece378a89de8f0e60656a317e6d6369c4178776', '+1404…03', 'dbce278778dcdf43a7e0aab9d7ca0726', NULL, NULL, 1767614437000, 1767614527000, 1767615218000, NULL, 20000, 'USD', '[["dbce278778dcdf43a7e0aab9d7ca0726:repeat_gap_s",0,1767614437000,"gap"],["dbce278778dcdf43a7e0aab9d7ca0726:repeat_per_week",1767613680000,1,"rejected"],[":calls_per_day",1767614400000,1,"not_sent"],[":calls_per_hour",1767614430000,1,"not_sent"],[":max_spend_per_day",1767614400000,20000,"rejected"]]', '{"code": "not_sent", "retry_safe": true}', NULL, NULL, NULL, NULL, 'b20438f9315523fe42e17ca0cade01722ad18ac98187b999e151db04589527aa', 31, 20000, NULL, 'ace dice', NULL);
INSERT INTO calls VALUES ('946e7716ceb242d19ef53af6d84916a3', 'local', 'ttsCallout', 'unknown', NULL, '439092044a459c331d7aa5adff95e714bbe5a354c1b3a52f08845123af700951', '+1404…04', '6790d9254a437fdd4a4ed1044dd6054d', NULL, NULL, 1767614438674, 1767614528674, 1767615219674, 1767614438674, 20000, 'USD', '[["6790d9254a437fdd4a4ed1044dd6054d:repeat_gap_s",0,1767614438674,"gap"],["6790d9254a437fdd4a4ed1044dd6054d:repeat_per_week",1767613680000,1,"rejected"],[":calls_per_day",1767614400000,1,"not_sent"],[":calls_per_hour",1767614430000,1,"not_sent"],[":max_spend_per_day",1767614400000,20000,"rejected"]]', '{"code": "outcome_unknown", "retry_safe": false}', NULL, NULL, NULL, NULL, '9a716d8d5e39f386b06d92bbc1c1d5d44b030c4eeacd4ab0a7b4d03ff88dac2f', 31, 20000, NULL, 'ace dice', NULL);
INSERT INTO calls VALUES ('75ea78da2b324fc49000ada50ad0164a', 'local', 'ttsCallout', 'ended', '9a75f44e-e692-462f-b365-546dde9bd599', '277ae0bae49badd9f1fc4b6338eed414685177690c93689bb25879cd5f84ce7e', '+1404…05', '28e7fe4e6a24ddbacafcced584e39242', NULL, NULL, 1767614439674, 1767614529674, 1767615789674, NULL, 200000, 'USD', '[]', NULL, 20000, 1, 'ANSWERED', 'MANAGERHANGUP', '1d877d3c36e3098ba00942377797e0536f3d33d2b3246f7c99ba43fcd671d61b', 600, 20000, NULL, 'ace dice', NULL);
INSERT INTO calls VALUES ('947f0a0abd6a4fcd849f1f8c394547c3', 'local', 'customCallout', 'ended', '3ba81863-5bd5-43b0-9e54-8e837b21576e', '28c1715f03ad88fcf236d6df0b10354e636c97ca89ada58d7892ecec4c23ae31', '+1404…08', 'fe2ddc206af3c80f0ad8c7769768f634', NULL, NULL, 1767614482674, 1767614572674, 1767615832674, NULL, 200000, 'USD', '[]', NULL, 20000, 7, 'ANSWERED', 'CALLEEHANGUP', '4404118c346b632b395e406bc540e3cc62dd1cd973c9252559fac743f129d946', 600, 20000, 1, 'ace dice pie', NULL);
INSERT INTO calls VALUES ('e84af20a961c49a1b314ddb9b6e2ed60', 'local', 'conferenceCallout', 'ended', 'c9cca2f1-f830-4b0a-91ba-d1d1fbfeb4df', 'd4aeff4be2027daec8ef936b205ad8291aae970a61f21291f711bd84cd5d78bc', '+1404…06', '2a3730360936584c5854ff6c2c985704 0be1e42889a105fca627d6aa79e7bd55', NULL, NULL, 1767614470674, 1767614560674, 1767615820674, NULL, 200000, 'USD', '[]', NULL, 60000, 71, 'ANSWERED', 'TIMEOUT', '06390b43a80a9b693b906fc2ec87cd372e93a5006e463260c7576641127854e4', 600, 20000, 1, 'dice', NULL);
INSERT INTO calls VALUES ('64e350dece804cfb96eda9bbb6173741', 'local', 'update', 'ended', NULL, 'c3b30e4bdaf7e1f871ed5078d81317f86f1aceb681a390c798633425551a9b14', '+1404…07', 'e20a63c35c619aaa5927850057447dd8', NULL, 'c9cca2f1-f830-4b0a-91ba-d1d1fbfeb4df', 1767614481674, 1767614571674, 1767615291674, NULL, 40000, 'USD', '[]', NULL, 0, 71, 'ANSWERED', 'TIMEOUT', 'b4f75b62a6ed62d45c0d9046d71fe2ddd45c113039cd4cbe94db71e97de34658', 60, 40000, 1, '', NULL);
INSERT INTO calls VALUES ('987cdd54b5b8498da840ad6780eead9c', 'local', 'customCallout', 'accepted', '648fa554-1f3d-4505-9554-226cb94ff40d', 'dafdef29b852ecdbbf4a0f9c46fbdde086e7058c044d8a4317b87d7d39dec311', '+1404…09', '32ebe63bb694cd44ef035fcdea727ee9', NULL, NULL, 1767614544674, 1767614634674, 1767615894674, NULL, 200000, 'USD', '[["32ebe63bb694cd44ef035fcdea727ee9:repeat_gap_s",0,1767614544674,"gap"],["32ebe63bb694cd44ef035fcdea727ee9:repeat_per_week",1767613680000,1,"rejected"],[":calls_per_day",1767614400000,1,"not_sent"],[":calls_per_hour",1767614535000,1,"not_sent"],[":max_spend_per_day",1767614400000,200000,"rejected"]]', NULL, NULL, NULL, NULL, NULL, '5f595f410d055ccc378928a1d5e116ad22513c6952652f6d41d81909305390ca', 600, 20000, 1, 'dice', NULL);
INSERT INTO calls VALUES ('429d835856e51ed1d82d685202c42507', 'caller', 'inbound', 'ended', 'in-1', '', '+1202…23', '2d82f0be1ec33c079a098f92b9d19906', NULL, NULL, 1767614545674, 1767614545674, 1767629545674, NULL, 0, NULL, '[]', NULL, 10000, 9, 'ANSWERED', 'CALLERHANGUP', '', NULL, 0, NULL, NULL, NULL);
INSERT INTO calls VALUES ('ced57317d4008f0d2764ee9b60861bf3', 'caller', 'inbound', 'accepted', 'in-2', '', NULL, '', NULL, NULL, 1767614547674, 1767614547674, 1767629547674, NULL, 0, NULL, '[]', NULL, NULL, NULL, NULL, NULL, '', NULL, 0, NULL, NULL, NULL);
INSERT INTO confirmations VALUES ('root@vm', 'e73bdaa2e2ecee9e590efacb050b8307da5d59c5097ab3c73f976e26f5c61263', '660b767515739a095a02f5a2f64f19f9', 1767618001000);
INSERT INTO confirmations VALUES ('root@vm', '89931d0d21ba4153a43c0c943134c7708cfd91ead4f87e2914966184cfcb5df8', '660b767515739a095a02f5a2f64f19f9', 1767618003000);
INSERT INTO confirmations VALUES ('root@vm', 'efcf48080cc4c6a8c0ec67b58023420096907377483dd400b07d999d56ab686f', '660b767515739a095a02f5a2f64f19f9', 1767618034000);
INSERT INTO confirmations VALUES ('root@vm', '0f1417d93e3d1ae82a5c98c4ab4273c2a13b14b0355843365f4419184dd07b44', '0652ac10b0b58b5fbc4f2716407d2071', 1767618036000);
INSERT INTO confirmations VALUES ('root@vm', 'fae75e803d0e7bc7ced3a732d0561a5126d4f15bb4eb188e546355612c88aa3c', 'dbce278778dcdf43a7e0aab9d7ca0726', 1767618037000);
INSERT INTO confirmations VALUES ('root@vm', 'd645670805af4d904ec8a5387cd3b6ce71dbcf409d25d33704fd6820a4530509', '6790d9254a437fdd4a4ed1044dd6054d', 1767618038674);
INSERT INTO confirmations VALUES ('root@vm', '7382f25626ecd18227f59896c5e658e14a8f2915dcb6f09da7b9d6a7ed00faab', '28e7fe4e6a24ddbacafcced584e39242', 1767618039674);
INSERT INTO confirmations VALUES ('root@vm', '8ccb047f28bf4789ae12d1e4869352c7164a8302e5cb61cc07e2063be3a68eb8', '2a3730360936584c5854ff6c2c985704', 1767618070674);
INSERT INTO confirmations VALUES ('root@vm', 'a0ffad2fc6bdedcadf0d69a3a156f55ff8c5aa1eb8e1c7f62853cc9d3afd9d95', 'e20a63c35c619aaa5927850057447dd8', 1767618081674);
INSERT INTO confirmations VALUES ('root@vm', '17a7a8bdbf2a7d7347098597d5ba9abfa7c2432b3770790ff7674fe690500be0', 'fe2ddc206af3c80f0ad8c7769768f634', 1767618082674);
INSERT INTO confirmations VALUES ('root@vm', '47116656d622e19708e3a18d20cd6efbb50c279f9d6b5aaad0a316cfdf4424f1', '32ebe63bb694cd44ef035fcdea727ee9', 1767618144674);
INSERT INTO counters VALUES ('660b767515739a095a02f5a2f64f19f9:repeat_gap_s', 0, 1767614401000, 0, 1767614461000);
INSERT INTO counters VALUES ('660b767515739a095a02f5a2f64f19f9:repeat_per_week', 1767613680000, 1, 7, 1768823280000);
INSERT INTO counters VALUES (':calls_per_hour', 1767614400000, 1, 30, 1767621600000);
INSERT INTO counters VALUES ('0652ac10b0b58b5fbc4f2716407d2071:repeat_gap_s', 0, 0, 0, 1767614496000);
INSERT INTO counters VALUES ('0652ac10b0b58b5fbc4f2716407d2071:repeat_per_week', 1767613680000, 0, 7, 1768823280000);
INSERT INTO counters VALUES ('dbce278778dcdf43a7e0aab9d7ca0726:repeat_gap_s', 0, 0, 0, 1767614497000);
INSERT INTO counters VALUES ('dbce278778dcdf43a7e0aab9d7ca0726:repeat_per_week', 1767613680000, 0, 7, 1768823280000);
INSERT INTO counters VALUES ('6790d9254a437fdd4a4ed1044dd6054d:repeat_gap_s', 0, 1767614438674, 0, 1767614498674);
INSERT INTO counters VALUES ('6790d9254a437fdd4a4ed1044dd6054d:repeat_per_week', 1767613680000, 1, 7, 1768823280000);
INSERT INTO counters VALUES ('28e7fe4e6a24ddbacafcced584e39242:repeat_gap_s', 0, 1767614439674, 0, 1767614499674);
INSERT INTO counters VALUES ('28e7fe4e6a24ddbacafcced584e39242:repeat_per_week', 1767613680000, 1, 7, 1768823280000);
INSERT INTO counters VALUES (':calls_per_hour', 1767614430000, 3, 30, 1767621630000);
INSERT INTO counters VALUES ('2a3730360936584c5854ff6c2c985704:repeat_gap_s', 0, 1767614470674, 0, 1767614530674);
INSERT INTO counters VALUES ('2a3730360936584c5854ff6c2c985704:repeat_per_week', 1767613680000, 1, 7, 1768823280000);
INSERT INTO counters VALUES (':calls_per_hour', 1767614460000, 1, 30, 1767621660000);
INSERT INTO counters VALUES ('e20a63c35c619aaa5927850057447dd8:repeat_gap_s', 0, 1767614481674, 0, 1767614541674);
INSERT INTO counters VALUES ('e20a63c35c619aaa5927850057447dd8:repeat_per_week', 1767613680000, 1, 7, 1768823280000);
INSERT INTO counters VALUES ('fe2ddc206af3c80f0ad8c7769768f634:repeat_gap_s', 0, 1767614482674, 0, 1767614542674);
INSERT INTO counters VALUES ('fe2ddc206af3c80f0ad8c7769768f634:repeat_per_week', 1767613680000, 1, 7, 1768823280000);
INSERT INTO counters VALUES (':calls_per_hour', 1767614475000, 2, 30, 1767621675000);
INSERT INTO counters VALUES ('32ebe63bb694cd44ef035fcdea727ee9:repeat_gap_s', 0, 1767614544674, 0, 1767614604674);
INSERT INTO counters VALUES ('32ebe63bb694cd44ef035fcdea727ee9:repeat_per_week', 1767613680000, 1, 7, 1768823280000);
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
INSERT INTO gate VALUES (1, 41, 'a929638e38ba42d2f952ded4c0568d06e553ff52edd439705fcb1db794c56221', 1767614549674, 'wrong list', 'emergency_stop of local', NULL, NULL);
INSERT INTO keys VALUES ('95df54eb33b48051480d0c2ea296c00d3b81aeeb7b77ce847ffcb5d07e9dd172', '1d6174a7e2884d60b7a04f807c72e7a5', '496594fc118191a4fd7f04e708e1c204ce0c3c597a3c064f191c140b94f65a5b', 1770206401000, 0);
INSERT INTO keys VALUES ('cdf2f256667eaa6ac6a341759407de3feaa411b446c36e2a224701a9d9d84850', '946e7716ceb242d19ef53af6d84916a3', '439092044a459c331d7aa5adff95e714bbe5a354c1b3a52f08845123af700951', 1767614558674, 1);
INSERT INTO keys VALUES ('6274c0b8c07cd1f026e9e023e4360aa350a8c447a0aa8771f6f5593a312dbe96', '75ea78da2b324fc49000ada50ad0164a', '277ae0bae49badd9f1fc4b6338eed414685177690c93689bb25879cd5f84ce7e', 1767614559674, 1);
INSERT INTO keys VALUES ('ab743be4e299886557463bd89a64f5d42faed5aaf6fdb53779a34752ab852feb', 'e84af20a961c49a1b314ddb9b6e2ed60', 'd4aeff4be2027daec8ef936b205ad8291aae970a61f21291f711bd84cd5d78bc', 1767614590674, 1);
INSERT INTO keys VALUES ('69d7e3ef640548502d1e9a6f6a06a93b8f984659e6214e29fce581340c2575e7', '64e350dece804cfb96eda9bbb6173741', 'c3b30e4bdaf7e1f871ed5078d81317f86f1aceb681a390c798633425551a9b14', 1767614601674, 1);
INSERT INTO keys VALUES ('99e2963fed26aa58f9196b3e2095cb6a20ce2dd884221c70619260ac62bdcc64', '947f0a0abd6a4fcd849f1f8c394547c3', '28c1715f03ad88fcf236d6df0b10354e636c97ca89ada58d7892ecec4c23ae31', 1770206482674, 0);
INSERT INTO keys VALUES ('29838dc6f9aa81e1a18c0525fd40c29cf1627d54ddde5d9131ca63ac140fee90', '987cdd54b5b8498da840ad6780eead9c', 'dafdef29b852ecdbbf4a0f9c46fbdde086e7058c044d8a4317b87d7d39dec311', 1767614664674, 1);
INSERT INTO meta VALUES ('number_key', 'e5d6614afb410a8e50f010f4bd4280ffa9abbae3601a8818589d8aa745a19aa8');
INSERT INTO migrations VALUES (1, '0.1.0');
INSERT INTO migrations VALUES (2, '0.1.0');
INSERT INTO migrations VALUES (3, '0.1.0');
INSERT INTO migrations VALUES (4, '0.1.0');
INSERT INTO migrations VALUES (5, '0.1.0');
INSERT INTO migrations VALUES (6, '0.1.0');
INSERT INTO migrations VALUES (7, '0.1.0');
INSERT INTO migrations VALUES (8, '0.1.0');
INSERT INTO people VALUES ('call:1d6174a7e2884d60b7a04f807c72e7a5', 'call', '1d6174a7e2884d60b7a04f807c72e7a5', NULL, '660b767515739a095a02f5a2f64f19f9', 1767614401000, 'Epk9mpRhR47Eyec6-dUEcBpfEMhq2-NjAuqqfuAvKfq_IKO0kY7zw_pmPfzXzOeW4rW4LOBBMfQ=');
INSERT INTO people VALUES ('event:b67cc21fdfd10ed7f9a64355877be564523572372a8e1947b7ed74e4cb98e7e4', 'event', '1d6174a7e2884d60b7a04f807c72e7a5', 'eae9762a-11d3-4b4a-9b9a-562cd52c4fb2', 'a6f882b818311970f46641ac74ef4dc0 660b767515739a095a02f5a2f64f19f9', 1767614405000, '56qPxiP6no1bIKNaBJbHal-SCI1GIwq7tEhk-C-ht_vD-EsuGanJsxjwqu1X4QO_rVqnb6yvWkZgYznArYUO47LxO19gWuHtUHV1Sr6shZt_Wn0=');
INSERT INTO people VALUES ('call:4acfeed60c004e75ac97f7d55d70de0b', 'call', '4acfeed60c004e75ac97f7d55d70de0b', NULL, '0652ac10b0b58b5fbc4f2716407d2071', 1767614436000, 'WnN-3KfdRljUZy4ONpnrTJBjIOaXw6QsuZ4-6kbjCShnU0umXjrSGJw6Q1NLGm-l3zAls5QWuo0=');
INSERT INTO people VALUES ('error:4acfeed60c004e75ac97f7d55d70de0b', 'error', '4acfeed60c004e75ac97f7d55d70de0b', NULL, '', 1767614436000, 'w7zo5O27bFFsFziMY28N-rAp94BI4toDLLW9rufK_T5suANGkN_3Xd8Wb0ScsXYyptJKEgBf95B0qQue6fCGwh7T6RhQO9h6kPYc_yPmUuCRsyMgZgrju-TXJfs3Y3ZickAnsKbAQe1iT8SE7yvKEy_yfQQxLHMLCSziJK0HbSON-MJ3vLpYnfNg4cWWhr_Mg7MuLTVDA4tEmHCZNi75CP_riU8iRN24pQsPpaAs3gt-IXkStaDXoORNkNL54FONhUOwsCe_6Yfn8WLXYhRiIbz1_MsVvbCdAThUI9cSvaV2s03lNxhmdKwgKprvUlOp9CANWIjAkt1TWN1vcEUWk-8h8H58bk6e20WeIeddZPUmQdMecGqLJpguLJ5JCgNSVME5gxCana4Nw7VgQDUqzbUUJ3byOq3rO9e3uGTdwA4N4fJLIvWJnB-UzSTO-ZsalCHbCJuzOUZ5ZaRTGpTP0v30QzBN1NPUD_dTBwoQOrM_kvxjniDwpBX-cW70kkFWc_uQzeYxJw==');
INSERT INTO people VALUES ('call:a7a81b350183404790c68ee36158a70f', 'call', 'a7a81b350183404790c68ee36158a70f', NULL, 'dbce278778dcdf43a7e0aab9d7ca0726', 1767614437000, 'UQvmDn1Ed0J3B4sOpKwqBhmAhPF3dqGVmNXTJ-KX8pomwte_dAQoScdnNsNU5P3cUQynB3gg5EA=');
INSERT INTO people VALUES ('error:a7a81b350183404790c68ee36158a70f', 'error', 'a7a81b350183404790c68ee36158a70f', NULL, '', 1767614437674, 'o51WMvIQafU0sMA_GBL10tSDo8DQCOEnBnFZD-l-VHrMKfAXV8DFErJUzlP1Dnzxr4tGqHpX0wduDq3X-kwnyCYr_E2wUQe9hUNxX22g0o7uDoFVw32bi8BYyY4rs1HV3hFmRnT91gy3NiD9HVsnVA-ExsThOq-WcC-N0-MjEq9tgeiNQUkyoFn4rSeNpialg_U4k4e1oHKm-0kDXR7sSeOSyhPhmRbqN4UtYlCkYnxhzPOrTxjom9sRYXG-SO4gA3HTRlNvMJD5IQ_kWecG6Blf33lz7A55rZKOj5zufkb02RbK4qhFFmbY_AjAyy8y37C6SHXGTQIcM6_PDw==');
INSERT INTO people VALUES ('call:946e7716ceb242d19ef53af6d84916a3', 'call', '946e7716ceb242d19ef53af6d84916a3', NULL, '6790d9254a437fdd4a4ed1044dd6054d', 1767614438674, 'jiV7bEGUZYxJt0CbZzkKCsd81zv9_9fevK8GjL9gRroU5GaRXJVNjQm2-5HGdTJXnG0tFZtc9MQ=');
INSERT INTO people VALUES ('error:946e7716ceb242d19ef53af6d84916a3', 'error', '946e7716ceb242d19ef53af6d84916a3', NULL, '', 1767614438674, '0X3Sv5XBbOG9tooGx1gfz_5_Jt5hLWtx4s4SHLBpjFlbQV4s0pdFlnscyi0HRpvh5GaQ-MfQtJK8aTFRta9yBKCQdwQh_bKxQpyNLgNdIRI7bPMyaEkHyrGk8O81UxeinTRLnTN_2oExAhh6nCq1s8aUhCnrBCTaT5O0ZyLSPwdB6ETZ-UsiW3OaSq5qKtDJY1EPtdhUOdNjf_RkVhUflYl2SgZX72Ruo7zeUxi9-v1V5lHxPJ2f-C9MFkRu6swovDpZrvE6IAHNnWOcbYFMkEum6V3hMc-I3SJNZqnMkjJ769bkTy9LbcZfTCyG5NJzAMLniChnX3CjvhDvevDQS8us9nhIxh8DPkjlsgzUbhkHv6G9JVWRcdf8ViBn8VvBqOSD8kkqmO_QBnnhLR4fm90a0YBt');
INSERT INTO people VALUES ('call:75ea78da2b324fc49000ada50ad0164a', 'call', '75ea78da2b324fc49000ada50ad0164a', NULL, '28e7fe4e6a24ddbacafcced584e39242', 1767614439674, 'FoyyS6-T3UGEHwdudPTmBBXowbwQNqMmcgkyZPunApUlTr58y-o_iJXoPWdHiO5oXa7jcyMSoAA=');
INSERT INTO people VALUES ('error:75ea78da2b324fc49000ada50ad0164a', 'error', '75ea78da2b324fc49000ada50ad0164a', NULL, '', 1767614439674, 'ZZf6rct-tAEvPB7oJqIn7dWofIXVXbNvwHASUyiOw08x4IxU2LdeS1w0YeTurfMO2zHj-HL6p-LfM2rm6UQ0qWSEvN0xmdvg_XOsBkAZVG45kex42zZRY03DcNOKJ9Pza-62nueDU5EbQb-wwtSwUrpumfbSbWPby7RbMfVDra8Z887iLb9NpDQ9q5Lp738MtvnmTPXjgX6MfM4wDMPDO4wAoWqq643NhWawZLur0Y2FXGNs7-YB2LboVbpTrmIcf_P8TweQeq823G5h05COAhQz581VnZPjT3wjnhS4Dp5_-zmBE7ilb9UxsLOLSFokiy1z0xxA6twl306CW-7xzcn10Buzx-946AJzqlX3sTd8pL9oIhZo3qh3qk71rwhfzppMB7imoR14zo8fXEUg7-aieP6M');
INSERT INTO people VALUES ('event:15fe8c9731b8827ed36d47a42283cb11af08d85845c0cf76e6aeb28f38bdbd9f', 'event', '75ea78da2b324fc49000ada50ad0164a', '9a75f44e-e692-462f-b365-546dde9bd599', 'a6f882b818311970f46641ac74ef4dc0 28e7fe4e6a24ddbacafcced584e39242', 1767614444674, 'ko7ALGIDJRiFVtL5uSXZs5Vinz-kxBhQiFT4lusOWpNPOtIsS5ovGQNyNFLs5jO8OA-80Mm7qIvKnaaW6mPd2xfjeO8j-TDrgJHXhyklOBs4kxk=');
INSERT INTO people VALUES ('call:e84af20a961c49a1b314ddb9b6e2ed60', 'call', 'e84af20a961c49a1b314ddb9b6e2ed60', NULL, '2a3730360936584c5854ff6c2c985704 0be1e42889a105fca627d6aa79e7bd55', 1767614470674, 'ETSMkryou7rpzfnE4GM8r4TVdWUD_qJLLOaYdYTDWbvJkjiKr4Lyw7jjbsvA7x6KEUkgrhXS_oGAS79yAM5oXDeQqatED9jHoaaelA==');
INSERT INTO people VALUES ('call:64e350dece804cfb96eda9bbb6173741', 'call', '64e350dece804cfb96eda9bbb6173741', 'c9cca2f1-f830-4b0a-91ba-d1d1fbfeb4df', 'e20a63c35c619aaa5927850057447dd8', 1767614481674, 'EldvrgcnJmohO4GLrKxPL_pkOKGV8L8-95PVLYFdp5ad0MJYUpVD8cDJLPTioqSNVkPY3vndIjg=');
INSERT INTO people VALUES ('call:947f0a0abd6a4fcd849f1f8c394547c3', 'call', '947f0a0abd6a4fcd849f1f8c394547c3', NULL, 'fe2ddc206af3c80f0ad8c7769768f634', 1767614482674, 'kttKau03JeYaH9YbArdukaN4Y1GOmp1y0mmBB3H3QUEzHmmiREPvF9E31iqHKsK43mZxGQMJMng=');
INSERT INTO people VALUES ('reply:947f0a0abd6a4fcd849f1f8c394547c3:ace', 'reply', '947f0a0abd6a4fcd849f1f8c394547c3', NULL, '', 1767614482674, 'TDwC3tuGyB70FUnFg7xb9JaphMwhoc6aFQsVycKaVzg_h2Yc_r6XoSp3hgYJavXvBIhcj5g4vVeZ3QfEP_wwX8-8c8j_SOvFHVZOgXQIINBJIilUolxdr8PnPEMdAW2A5FgR0_9nDN0nAZKyaemewdmhdUt6mNTVfhi_0W0j5iZ-tDZ8wF_wiCUwLj3gqNIR5hrXn2jgllAhk_02s1AGnpcndOCkWlemXOj0vpjUygxHPpxu9sBbL27fvjpoOCg9F87OCdc7mT_5-22ATicV4Xt5WqCW5icUm6ipz6BdvwJ7EQxY0GElnkdsbseWHR3ACOXUh9mYn88AD3Y_X78rN3U5akSEvVd57zrpw7C-xv2CNbcsabpxhPTC58H-Ljvua-N9nJynqM1_nciw62ll0eFzQhkra7g=');
INSERT INTO people VALUES ('reply:947f0a0abd6a4fcd849f1f8c394547c3:ace.hangup', 'reply', '947f0a0abd6a4fcd849f1f8c394547c3', NULL, '', 1767614482674, 'gATgY7PXdAG2EGYiI18-1XUe_OLf-UjZKhaZ-1CcfxbuHCc9pzV28wOSlkHGKHcW2_6wdSi2EKRSwPc2q53icM_U_38CPcVbAmw=');
INSERT INTO people VALUES ('reply:947f0a0abd6a4fcd849f1f8c394547c3:ace.machine', 'reply', '947f0a0abd6a4fcd849f1f8c394547c3', NULL, '', 1767614482674, 'oqv_zFmNLxBIc9Ef6Zcdp2SE-eevV5xTpy7ryPIZWPSCB1YszTvPZ8Q5YgiOhcBZkVDWpUldnO3ZelUoHRD20dyGqKV-yLk43i0=');
INSERT INTO people VALUES ('reply:947f0a0abd6a4fcd849f1f8c394547c3:pie', 'reply', '947f0a0abd6a4fcd849f1f8c394547c3', NULL, '', 1767614482674, 'FysX_haN1guwL_eyoYM3dgRYQbtows4323shpfRfDkFhihCDe85fqhFALGEOEq_InOvw44Ctyn9cnyk8apPSUsABI3xTexSX79E=');
INSERT INTO people VALUES ('reply:947f0a0abd6a4fcd849f1f8c394547c3:pie.return', 'reply', '947f0a0abd6a4fcd849f1f8c394547c3', NULL, '', 1767614482674, 'HwLEmO12Sqhr13ZpdbcCr9C7NIY71pRix-JRSxw8shfupAggmGyGJIC3WsoHeT9eHUYT3jjjw-0WtZD1dm-LHyq7WVR9YJR41n5xFLfD7MlUlCAEnjJWVzIYM5CDFzVPPrS6BIrAAa9LtUAKiFD02gZpbEU_DW7puXDRCEZPn3Eihza4I-3iwWgS1FHFOWztEw==');
INSERT INTO people VALUES ('reply:947f0a0abd6a4fcd849f1f8c394547c3:pie.sequence', 'reply', '947f0a0abd6a4fcd849f1f8c394547c3', NULL, '', 1767614482674, '7p0H1BzS9dhzou-YKYKV1HqOa-sEFbbwaczewwlJxI2MkEYiqMTVzahylwj4wSq9_b3nfRw6FLSHJV5TI4e8rrAFWRVcNwXYWsVxb8EM-mWNRZdAQ7x0cXjJA4VgTwLS2czqcgSWA6l5VK-Jww26n0Q39G6Yv0dD8ARu0JkKognI0Kz87O5zF7E_IatZDS63dQ==');
INSERT INTO people VALUES ('event:39fd41f29c3e30c6f1b21a32661815cf9140c1c275da2741a80f34d97e3b9e4c', 'event', '947f0a0abd6a4fcd849f1f8c394547c3', '3ba81863-5bd5-43b0-9e54-8e837b21576e', '', 1767614483674, 'OYK6_pxBVdIxpexNxnGzHjDN2Yu_x4kZY0ak7_fJIYSsvHibQk_IRINXyp72JdYKb7YUfOuEpcbx4EGAtEZeSGAar-MJyvfelkeSbjMrJ0iStoXNX2siRfGR_cmQ6JQcVn_oW26QP5fs0IJFgCFBpJpCskRS3VBaHDnQwWRdGvhfkWABLrXhpRZ8N6n2kBGAxUt2RF20wGzRJdBauJd9QhESC1ufA8ZG_rHc8q4pPVqKXii3EYAQX4wuPgM=');
INSERT INTO people VALUES ('event:5a2906b7db9ad969c1000e0c573fc0c70432cafd977a4687fe4d922fb6cc8feb', 'event', '947f0a0abd6a4fcd849f1f8c394547c3', '3ba81863-5bd5-43b0-9e54-8e837b21576e', '', 1767614487674, 'SAadvKt1ezF-KdoxwrRhtwBOmvj_-O99IxLr80IRPWzS3Vc5soXCsZeYWNntCu3laSuVYQrmgJ2X-YrlwbgqvqrjCEy98v7SZgDyNPygAXPXSmNo0QW7YacpH0tBsxX8i66AwhOHXzrt6_101ngoEg9vLo-oCkkg71a0mNwOdrEy0bE6lrol9TfHnMs9cW1O81ualajglCxkPZ3YH60FxP8eoRipo4Ha9cR21OwDAoru70YgOOgiACKZdhXrlswqFSYkkJtHizfaQX4iqqL-XgVCXfkrS8ELveYmTkCRjwvE77M0-I5exAfYH-iXkfuxbs5dlcei_G7j9fVgWzIHQEWF2KoRLdwxz1wcOEjK-E9UZfvG6V2JR7FAZALcyOBBh8FhCuZtjXBgekfu2MadYqwQLXHJOHI=');
INSERT INTO people VALUES ('event:8e349bfa093a7e7b9f4b2e6bcca3d3c2c1f9bfd2fc5fc513e73d5bea81c85cf3', 'event', '947f0a0abd6a4fcd849f1f8c394547c3', '3ba81863-5bd5-43b0-9e54-8e837b21576e', '', 1767614493674, 'dBtMP8uGH7NUB1dCb0JFjdGLeRfjkhRbZTg_jXsb25gBPX-8UzNVpuXrNi8fOEBWxIBzftIUhfFKp8R2');
INSERT INTO people VALUES ('event:f752057aed6fe0d7313d9ece32d29ce7048817151aefc9a37bf1c33e6c60120f', 'event', '947f0a0abd6a4fcd849f1f8c394547c3', '3ba81863-5bd5-43b0-9e54-8e837b21576e', 'a6f882b818311970f46641ac74ef4dc0 fe2ddc206af3c80f0ad8c7769768f634', 1767614493674, 'wCB0OdIKNDslgFJ2QFGDwxQtM5dTbvlLrBJ-4TJTk6kcMtbyL25bp6jk2EbamfqrjrCe5EbFd6V-gteb_SB4wf2YHd3ae2vVRzrwqT7OR4z55Vg=');
INSERT INTO people VALUES ('event:3f5bfa16459c6cfab3969530f2735967fc373f6faa2cd923129a7df9df48d225', 'event', 'e84af20a961c49a1b314ddb9b6e2ed60', 'c9cca2f1-f830-4b0a-91ba-d1d1fbfeb4df', 'a6f882b818311970f46641ac74ef4dc0 2a3730360936584c5854ff6c2c985704', 1767614544674, '1K8xK1Sl4IQ8SaFeVtQ01Ov715l1T60gi3zx-VV6iWVX-wdFMPahyCTOjsnSGWbMsOV1EErat_dSZrgOHEt0oWh7Q-HmbNZXEv5xwYjTQvLiFOI=');
INSERT INTO people VALUES ('call:987cdd54b5b8498da840ad6780eead9c', 'call', '987cdd54b5b8498da840ad6780eead9c', NULL, '32ebe63bb694cd44ef035fcdea727ee9', 1767614544674, 'acyraeGP03V231KyZsUx6Ps2iK9ABQg6hytz8AJK7T5Oz5oyJejqK-RHCYZOyIfUy_RQVSA6xPs=');
INSERT INTO people VALUES ('event:429d835856e51ed1d82d685202c42507211a667c97ccac8d55be08da61743a1e', 'event', NULL, 'in-1', '2d82f0be1ec33c079a098f92b9d19906 a6f882b818311970f46641ac74ef4dc0', 1767614545674, 'UDhXsyk0J59UR2rumHNXmrlhQFDGV2y50KINGvPJUoTgjIueOwEcHyb0kT4ki1OfoRp5x2zH-IMnkMNJoAflO_tE3IdrDNCwA6O4De1AqMI_XdJhHoVE9dYGAuyVcnQFPxeZWgsHnYynhtPP7t1So2nyx6Ape2WKxvTrEOzhM3SVAQgug7MjtZdlaOoUHvCOT4lq2VhA8RtaN_7Qb0hp-Br_8nisjyqMkpcZQUkm3n-mT2hOGvSEcQgbqMVHv-4lK2zxHBSpHzTReeAy5V1__dlUWXL93MfLhHCoxvQB');
INSERT INTO people VALUES ('call:429d835856e51ed1d82d685202c42507', 'call', '429d835856e51ed1d82d685202c42507', 'in-1', '2d82f0be1ec33c079a098f92b9d19906', 1767614545674, 'g4Zmx2RtEEjZ2hbmwQq7Ks_uCDLLVayQAea2at6nnorhilkTyI9mD-oexqo-71tq2nzOEvC76gw=');
INSERT INTO people VALUES ('event:ced57317d4008f0d2764ee9b60861bf3384cdb94e96944278c2e2005af02d552', 'event', NULL, 'in-2', 'a6f882b818311970f46641ac74ef4dc0', 1767614547674, 'S4RXjCCsEnn5R8W7DdMCPtt0qqIQbakpQ1sx7GKQo8tCzSZibHSoPtpZW2UBa-XsYQu1INK4qAKYZMfxSkC5QRoR3VOxtJ-Ib6sUKkV845ToErvCsFt4EqFcMbc2Km7s7uqP_MRF__6VrI5-TD0jL80ry7hf4QXcdXmQquqNalAK-l7R8X6evRxpuII8R7qz6GssY-S3S3qophEq1Vfy2QEjvI_svFABRvOznDPbZG6fcF9XWf46hg_A-hpgIcQSO4iUFGJfw9HxVTg5VNtAnSt6uSYOEuhTomc=');
INSERT INTO people VALUES ('event:c01795899e13380ba419fb1106895d23d5b7ea9a432e030439040086961f3c18', 'event', NULL, 'elsewhere', '', 1767614548674, 'd4w_W0RPYLD1Aw72bVq6IyR6BCIuIvL3z3hk7rr7Z9CgQLa-ZiDbfCmzu9dlcoTUJajJ53_Vtmv6Re2CCKE_D4-q9fgj8fZSgJ72-6DpArrjWqJz4S9pBdEJinUoK3PzNz4Ee1XoxcjN9gN-iw==');
INSERT INTO replies VALUES ('947f0a0abd6a4fcd849f1f8c394547c3', 'ace', '{"action":{"name":"hangup"}}');
INSERT INTO replies VALUES ('947f0a0abd6a4fcd849f1f8c394547c3', 'ace.hangup', '{"action":{"name":"hangup"}}');
INSERT INTO replies VALUES ('947f0a0abd6a4fcd849f1f8c394547c3', 'ace.machine', '{"action":{"name":"hangup"}}');
INSERT INTO replies VALUES ('947f0a0abd6a4fcd849f1f8c394547c3', 'pie', '{"action":{"name":"hangup"}}');
INSERT INTO replies VALUES ('947f0a0abd6a4fcd849f1f8c394547c3', 'pie.return', '{"action":{"name":"hangup"}}');
INSERT INTO replies VALUES ('947f0a0abd6a4fcd849f1f8c394547c3', 'pie.sequence', '{"action":{"name":"hangup"}}');
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
