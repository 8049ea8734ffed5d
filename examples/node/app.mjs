// The receptionist in Node, without any package. Start it with `node app.mjs`, with the secret of your application in
// SINCH_SECRET and the port in PORT, and set its public URL as the callback URL of the application.
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const SHOP = "+12025550108";
const prompt = "#tts[Welcome. To talk to the shop, press 1. To leave a message, press 2.]";
const options = [{ dtmf: "1", action: "return(shop)" }, { dtmf: "2", action: "return(message)" }];
const menu = { name: "runMenu", locale: "en-US", menus: [{ id: "main", mainPrompt: prompt, options }] };
const end = [{ dtmf: "#", action: "return(end)" }];
const speak = { id: "main", mainPrompt: "#tts[Please speak, and press hash.]", repeats: 0, timeoutMills: 60_000 };
const message = { name: "runMenu", locale: "en-US", menus: [{ ...speak, options: end }] };
const record = { name: "startRecording", options: { notificationEvents: true } };
const recordings = [];

function isFromSinch(request, body) {
  const digest = createHash("md5").update(body).digest("base64");
  const { "content-type": type = "", "x-timestamp": stamp = "", authorization = "" } = request.headers;
  const text = `POST\n${digest}\n${type}\nx-timestamp:${stamp}\n${request.url.split("?")[0]}`;
  const expected = createHmac("sha256", Buffer.from(process.env.SINCH_SECRET, "base64")).update(text).digest("base64");
  const given = authorization.split(":").at(-1);
  return given.length === expected.length && timingSafeEqual(Buffer.from(given), Buffer.from(expected));
}

function reply({ event, type, destination, menuResult }) {
  if (event === "ice") return { action: menu };
  if (event === "ace") return { action: { name: "continue" } };
  if (event === "pie" && menuResult.value === "shop") {
    return { instructions: [record], action: { name: "connectPstn", number: SHOP } };
  }
  if (event === "pie" && menuResult.value === "message") {
    return { instructions: [record], action: message };
  }
  if (event === "pie") return { action: { name: "hangup" } };
  if (type === "recording_available") recordings.push(destination);
  return null;
}

createServer(async (request, response) => {
  if (request.method === "GET") return response.end(JSON.stringify(recordings));
  const body = Buffer.concat(await request.toArray());
  if (!isFromSinch(request, body)) return response.writeHead(401).end();
  const answer = reply(JSON.parse(body));
  response.writeHead(200, { "content-type": "application/json" }).end(answer ? JSON.stringify(answer) : "");
}).listen(Number(process.env.PORT ?? 3000), "127.0.0.1", function () {
  console.log(`http://127.0.0.1:${this.address().port}`);
});
