// Every voice operation of the official Node SDK against the sandbox, and its own check of every callback.
// Prints one JSON object per line: {"operation": ..., "error": ... or null}.
'use strict';

const http = require('node:http');
const assert = require('node:assert/strict');
const { setTimeout: pause } = require('node:timers/promises');
const { SinchClient, Voice, VoiceCallbackWebhooks } = require('@sinch/sdk-core');

const { SANDBOX_URL: url, SANDBOX_KEY: applicationKey, SANDBOX_SECRET: applicationSecret } = process.env;
const { voice } = new SinchClient({
  applicationKey,
  applicationSecret,
  voiceHostname: url,
  voiceApplicationManagementHostname: url,
});
const webhooks = new VoiceCallbackWebhooks({ applicationKey, applicationSecret });

const OWN = '+14155550100';
const STAYS = { type: 'number', endpoint: '+12025550108' };
const PRESSES_ONE = '+12025550102';
const RECORDING = {
  destinationUrl: 's3://bucket/file.mp3',
  credentials: 'ACCESSKEY:SECRETKEY:eu-central-1',
  format: 'mp3',
  notificationEvents: true,
  transcriptionOptions: { enabled: true, locale: 'en-US' },
};

async function check(operation, action) {
  let error = null;
  try {
    await action();
  } catch (caught) {
    error = String(caught.stack ?? caught).split('\n', 3).join(' ');
    if (caught.data) error += ` ${caught.data}`;
  }
  console.log(JSON.stringify({ operation, error }));
}

async function until(what, look) {
  for (let waited = 0; waited < 10_000; waited += 25) {
    const found = await look();
    if (found) return found;
    await pause(25);
  }
  throw new Error(`${what} did not happen`);
}

const answered = (callId) => until('the answer', async () => (await voice.calls.get({ callId })).result === 'ANSWERED');
const ended = (callId) =>
  until('the end', async () => {
    const call = await voice.calls.get({ callId });
    return call.status === 'FINAL' && call;
  });

const participants = async (conferenceId) => (await voice.conferences.get({ conferenceId })).participants;
const joined = (conferenceId, callId) =>
  until('the participant', async () => {
    try {
      return (await participants(conferenceId)).find((one) => one.id === callId);
    } catch {
      return undefined;
    }
  });

async function invite(conferenceId) {
  const { callId } = await voice.conferences.call({
    conferenceCalloutRequestBody: {
      method: 'conferenceCallout',
      conferenceCallout: { cli: OWN, destination: STAYS, conferenceId, locale: 'en-US', greeting: 'Welcome' },
    },
  });
  await joined(conferenceId, callId);
  return callId;
}

async function callouts() {
  await check('callouts.tts', async () => {
    const { callId } = await voice.callouts.tts({
      ttsCalloutRequestBody: {
        method: 'ttsCallout',
        ttsCallout: {
          destination: { type: 'number', endpoint: '+12025550100' },
          cli: OWN,
          text: 'Hello from Node.',
          locale: 'en-US/male',
          custom: 'Custom text',
          enableDice: true,
        },
      },
    });
    const call = await ended(callId);
    assert.deepEqual([call.result, call.reason, call.custom], ['ANSWERED', 'MANAGERHANGUP', 'Custom text']);
    assert.ok(call.timestamp instanceof Date && call.debit.amount > 0);
  });
  await check('callouts.conference', async () => {
    const { callId } = await voice.callouts.conference({
      conferenceCalloutRequestBody: {
        method: 'conferenceCallout',
        conferenceCallout: {
          destination: STAYS,
          conferenceId: 'node room',
          cli: OWN,
          conferenceDtmfOptions: { mode: 'detect', maxDigits: 2, timeoutMills: 2500 },
          mohClass: 'music1',
          domain: 'pstn',
        },
      },
    });
    assert.equal((await joined('node room', callId)).id, callId);
  });
  await check('callouts.custom, recording in ice', async () => {
    const { callId } = await voice.callouts.custom({
      customCalloutRequestBody: {
        method: 'customCallout',
        customCallout: {
          destination: { type: 'number', endpoint: PRESSES_ONE },
          cli: OWN,
          custom: 'Custom text',
          ice: Voice.customCalloutHelper.formatIceResponse(
            Voice.iceActionHelper.connectPstn({ number: PRESSES_ONE, cli: OWN }),
            Voice.iceInstructionHelper.say('Welcome to Sinch.', 'en-US/male'),
            Voice.iceInstructionHelper.startRecording(RECORDING),
          ),
          ace: Voice.customCalloutHelper.formatAceResponse(
            Voice.aceActionHelper.runMenu({
              barge: true,
              locale: 'en-US/male',
              menus: [
                {
                  id: 'main',
                  mainPrompt: '#tts[Press 1]',
                  repeatPrompt: '#tts[Again]',
                  repeats: 2,
                  options: [{ dtmf: '1', action: 'menu(confirm)' }],
                },
                { id: 'confirm', mainPrompt: '#tts[Enter your code]', maxDigits: 4 },
              ],
            }),
          ),
          pie: Voice.customCalloutHelper.formatPieResponse(
            Voice.pieActionHelper.hangup(),
            Voice.pieInstructionHelper.say('Thank you.', 'en-US'),
          ),
        },
      },
    });
    assert.deepEqual([(await ended(callId)).result, (await ended(callId)).custom], ['ANSWERED', 'Custom text']);
  });
}

async function calls() {
  let callId;
  await check('calls.get', async () => {
    ({ callId } = await voice.callouts.custom({
      customCalloutRequestBody: { method: 'customCallout', customCallout: { destination: STAYS, cli: OWN } },
    }));
    await answered(callId);
    const call = await voice.calls.get({ callId });
    assert.deepEqual([call.callId, call.status, call.to.endpoint], [callId, 'ONGOING', STAYS.endpoint]);
  });
  await check('calls.manageWithCallLeg', async () => {
    const answer = await voice.calls.manageWithCallLeg({
      callId,
      callLeg: 'callee',
      manageWithCallLegRequestBody: {
        instructions: [Voice.svamlInstructionHelper.buildSay('One moment.', 'en-US')],
        action: Voice.svamlActionHelper.buildContinue(),
      },
    });
    assert.deepEqual(answer, {});
  });
  await check('calls.update', async () => {
    await voice.calls.update({
      callId,
      updateCallRequestBody: {
        instructions: [Voice.svamlInstructionHelper.buildSay('Goodbye.', 'en-US')],
        action: Voice.svamlActionHelper.buildHangup(),
      },
    });
    assert.equal((await ended(callId)).reason, 'MANAGERHANGUP');
  });
}

async function conferences() {
  const conferenceId = 'node-conference';
  let callId;
  await check('conferences.call', async () => {
    callId = await invite(conferenceId);
  });
  await check('conferences.get', async () => {
    const [one] = await participants(conferenceId);
    assert.deepEqual([one.id, one.muted, one.onhold], [callId, false, false]);
  });
  await check('conferences.manageParticipant', async () => {
    const manage = (body) =>
      voice.conferences.manageParticipant({ callId, conferenceId, manageParticipantRequestBody: body });
    await manage({ command: 'mute' });
    assert.equal((await participants(conferenceId))[0].muted, true);
    await manage({ command: 'unmute' });
    await manage({ command: 'onhold', moh: 'music2' });
    assert.equal((await participants(conferenceId))[0].onhold, true);
    await manage({ command: 'resume' });
  });
  await check('conferences.kickParticipant', async () => {
    await voice.conferences.kickParticipant({ callId, conferenceId });
    assert.equal((await ended(callId)).reason, 'MANAGERHANGUP');
  });
  await check('conferences.kickAll', async () => {
    const both = [await invite(conferenceId), await invite(conferenceId)];
    await voice.conferences.kickAll({ conferenceId });
    for (const one of both) assert.equal((await ended(one)).status, 'FINAL');
    await assert.rejects(participants(conferenceId));
  });
}

async function applications() {
  const number = '+14155550109';
  const owner = async () =>
    (await voice.applications.listNumbers()).numbers.find((one) => one.number === number).applicationkey;
  await check('applications.listNumbers', async () => {
    const { numbers } = await voice.applications.listNumbers();
    assert.ok(numbers.some((one) => one.number === OWN && one.capability === 'voice'));
  });
  await check('applications.assignNumbers', async () => {
    await voice.applications.assignNumbers({
      assignNumbersRequestBody: { numbers: [number], applicationkey: applicationKey, capability: 'voice' },
    });
    assert.equal(await owner(), applicationKey);
  });
  await check('applications.unassignNumber', async () => {
    await voice.applications.unassignNumber({
      unassignNumbersRequestBody: { number, applicationkey: applicationKey, capability: 'voice' },
    });
    assert.equal(await owner(), undefined);
  });
  await check('applications.queryNumber', async () => {
    const { number: found } = await voice.applications.queryNumber({ number: '+12025550100' });
    assert.deepEqual([found.countryId, found.normalizedNumber, found.restricted], ['US', '+12025550100', false]);
  });
}

function reply(event) {
  switch (event.event) {
    case 'ice':
      return new Voice.IceSvamletBuilder()
        .setAction(Voice.iceActionHelper.connectPstn({ number: PRESSES_ONE, cli: OWN }))
        .build();
    case 'ace':
      return new Voice.AceSvamletBuilder()
        .addInstruction(Voice.aceInstructionHelper.startRecording(RECORDING))
        .setAction(
          Voice.aceActionHelper.runMenu({
            locale: 'en-US',
            menus: [{ id: 'main', mainPrompt: '#tts[Press 1]', options: [{ dtmf: '1', action: 'return(yes)' }] }],
          }),
        )
        .build();
    case 'pie':
      return new Voice.PieSvamletBuilder().setAction(Voice.pieActionHelper.hangup()).build();
    default:
      return undefined;
  }
}

async function receive(handle) {
  const server = http.createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const answer = handle(request, Buffer.concat(chunks).toString());
    response.setHeader('Content-Type', 'application/json');
    response.end(answer === undefined ? '' : JSON.stringify(answer));
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  return server;
}

async function callbacks() {
  const events = [];
  const server = await receive((request, body) => {
    const { headers, url: path, method } = request;
    const isValid = webhooks.validateAuthenticationHeader(headers, body, path, method);
    const event = webhooks.parseEvent(JSON.parse(body));
    const isForged = webhooks.validateAuthenticationHeader(headers, `${body} `, path, method);
    events.push({ kind: event.event, type: event.type, value: event.menuResult?.value, isValid, isForged });
    return reply(event);
  });
  const primary = `http://127.0.0.1:${server.address().port}/sinch/voice`;
  await check('applications.updateCallbackURLs', async () => {
    await voice.applications.updateCallbackURLs({
      applicationkey: applicationKey,
      updateCallbacksRequestBody: { url: { primary, fallback: `${primary}/again` } },
    });
  });
  await check('applications.getCallbackURLs', async () => {
    const { url: urls } = await voice.applications.getCallbackURLs({ applicationkey: applicationKey });
    assert.deepEqual(urls, { primary, fallback: `${primary}/again` });
  });
  await check('a call that callbacks steer', async () => {
    const { callId } = await voice.callouts.custom({
      customCalloutRequestBody: { method: 'customCallout', customCallout: { cli: OWN } },
    });
    await ended(callId);
    await until('the last event', async () => events.some((one) => one.kind === 'dice'));
  });
  for (const kind of ['ice', 'ace', 'pie', 'notify', 'dice']) {
    await check(`callbacks.validateAuthenticationHeader, ${kind}`, async () => {
      const found = events.filter((one) => one.kind === kind);
      assert.ok(found.length > 0, `no ${kind} of ${JSON.stringify(events)}`);
      assert.ok(found.every((one) => one.isValid && !one.isForged), JSON.stringify(found));
    });
  }
  server.closeAllConnections();
  server.close();
}

async function main() {
  await callouts();
  await calls();
  await conferences();
  await applications();
  await callbacks();
}

main();
