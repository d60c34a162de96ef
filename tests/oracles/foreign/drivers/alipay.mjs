// A merchant on Alipay's official alipay-sdk, with keys or with certificates.

import { sdk, serve } from "./lines.mjs";

const { AlipaySdk } = sdk("alipay-sdk");

await serve(({ url, mode, credentials, notify_url: notifyUrl, return_url: returnUrl }) => {
  const trust = mode === "cert"
    ? {
        appCertContent: credentials.app_certificate,
        alipayPublicCertContent: credentials.alipay_certificate,
        alipayRootCertContent: credentials.alipay_root_certificate,
      }
    : { alipayPublicKey: credentials.alipay_public_key };
  const alipay = new AlipaySdk({
    appId: credentials.app_id,
    privateKey: credentials.app_private_key,
    gateway: `${url}/gateway.do`,
    ...trust,
  });

  async function call(method, bizContent, more = {}) {
    const answer = await alipay.exec(method, { ...more, bizContent }, { validateSign: true });
    if (answer.code !== "10000") {
      throw Object.assign(new Error(answer.subMsg), { name: "BusinessFailure", code: answer.subCode });
    }
    return answer;
  }

  const order = ({ reference, amount }) => ({
    outTradeNo: reference,
    totalAmount: yuan(amount),
    subject: "tea & 茶+{1} \"%\"",
  });

  return {
    async create(wanted) {
      return (await call("alipay.trade.precreate", order(wanted), { notifyUrl })).qrCode;
    },
    page(wanted) {
      const bizContent = { ...order(wanted), productCode: "FAST_INSTANT_TRADE_PAY" };
      return alipay.pageExecute("alipay.trade.page.pay", wanted.verb, { bizContent, notifyUrl, returnUrl });
    },
    async query({ reference }) {
      const trade = await call("alipay.trade.query", { outTradeNo: reference });
      return { state: trade.tradeStatus, amount: fen(trade.totalAmount) };
    },
    async refund({ reference, number, amount }) {
      const wanted = { outTradeNo: reference, outRequestNo: number, refundAmount: yuan(amount) };
      await call("alipay.trade.refund", wanted);
    },
    async refunded({ reference, number }) {
      const wanted = { outTradeNo: reference, outRequestNo: number };
      const refund = await call("alipay.trade.fastpay.refund.query", wanted);
      return { state: refund.refundStatus, amount: fen(refund.refundAmount) };
    },
    async close({ reference }) {
      await call("alipay.trade.close", { outTradeNo: reference });
    },
    believe({ body }) {
      const fields = Object.fromEntries(new URLSearchParams(Buffer.from(body, "base64").toString()));
      // The first version of this check decodes the values a second time and trips over a percent sign.
      const verdicts = [alipay.checkNotifySignV2(fields)];
      if (!Object.values(fields).some((value) => value.includes("%"))) {
        verdicts.push(alipay.checkNotifySign(fields));
      }
      if (verdicts.includes(false)) {
        throw new Error(`the signature does not fit: ${verdicts}`);
      }
      return { event: fields.trade_status ?? fields.notify_type, reference: fields.out_trade_no ?? null };
    },
  };
});

function yuan(fen) {
  return `${Math.trunc(fen / 100)}.${String(fen % 100).padStart(2, "0")}`;
}

function fen(yuan) {
  return Math.round(Number(yuan) * 100);
}
