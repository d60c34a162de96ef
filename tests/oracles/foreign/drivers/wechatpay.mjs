// A merchant on wechatpay-axios-plugin (APIv3), with the platform's public key or with its certificates.

import { X509Certificate } from "node:crypto";

import { sdk, serve } from "./lines.mjs";

const { Aes, Decorator, Wechatpay } = sdk("wechatpay-axios-plugin");

await serve(({ url, mode, credentials, notify_url: notifyUrl }) => {
  const certs = mode === "cert"
    ? bySerial(credentials.platform_certificate, credentials.next_platform_certificate)
    : { [credentials.public_key_id]: credentials.public_key };
  const mchid = credentials.mch_id;
  const { v3 } = new Wechatpay({
    mchid,
    serial: credentials.merchant_serial,
    privateKey: credentials.merchant_private_key,
    certs,
    baseURL: `${url}/`,
    // The platform answers with its public key to those who name it, else with a certificate.
    headers: mode === "cert" ? {} : { "Wechatpay-Serial": credentials.public_key_id },
  });
  const verified = Decorator.responseVerifier(certs);

  const unsealed = ({ ciphertext, nonce, associated_data: data }) =>
    Aes.AesGcm.decrypt(ciphertext, credentials.apiv3_key, nonce, data);

  return settled({
    async create({ reference, amount, currency }) {
      const { data } = await v3.pay.transactions.native.post({
        mchid,
        appid: credentials.app_id,
        description: "tea & 茶",
        out_trade_no: reference,
        notify_url: notifyUrl,
        amount: { total: amount, currency },
      });
      return data.code_url;
    },
    async query({ reference }) {
      const { data } = await v3.pay.transactions.outTradeNo.$reference$.get({ params: { mchid }, reference });
      return { state: data.trade_state, amount: data.amount?.total };
    },
    async refund({ reference, number, amount, total, currency }) {
      await v3.refund.domestic.refunds.post({
        out_trade_no: reference,
        out_refund_no: number,
        amount: { refund: amount, total, currency },
      });
    },
    async refunded({ number }) {
      const { data } = await v3.refund.domestic.refunds.$number$.get({ number });
      return { state: data.status, amount: data.amount.refund };
    },
    async close({ reference }) {
      await v3.pay.transactions.outTradeNo.$reference$.close.post({ mchid }, { reference });
    },
    async certificates() {
      const { data } = await v3.certificates.get();
      return data.data.map((each) => unsealed(each.encrypt_certificate));
    },
    believe({ headers, body }) {
      // Notifications are signed as answers are, so the SDK's check of answers (its clock included) judges them.
      const text = Buffer.from(body, "base64").toString();
      const found = verified.call({}, text, headers, 200);
      if (found !== text) {
        throw found;
      }
      const { event_type: event, resource } = JSON.parse(text);
      const { out_trade_no: reference } = JSON.parse(unsealed(resource));
      return { event, reference: reference ?? null };
    },
  });
});

function bySerial(...certificates) {
  return Object.fromEntries(certificates.map((pem) => [new X509Certificate(pem).serialNumber, pem]));
}

// The gateway's own error code stands in the body of the answer that the SDK's error carries.
function settled(steps) {
  const told = (step) => async (given) => {
    try {
      return await step(given);
    } catch (error) {
      const { data } = error.response ?? {};
      throw data?.code ? Object.assign(error, { code: data.code, message: data.message }) : error;
    }
  };
  return Object.fromEntries(Object.entries(steps).map(([name, step]) => [name, told(step)]));
}
