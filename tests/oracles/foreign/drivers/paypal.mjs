// A merchant on PayPal's official @paypal/paypal-server-sdk. It has no check of notifications.

import { sdk, serve } from "./lines.mjs";

const { CheckoutPaymentIntent, Client, Environment, OrdersController, PaymentsController } = sdk(
  "@paypal/paypal-server-sdk",
);
const { HttpClient } = sdk("@apimatic/axios-client-adapter");

await serve(({ url, credentials }) => {
  turnTo(url);
  const client = new Client({
    environment: Environment.Sandbox,
    clientCredentialsAuthCredentials: {
      oAuthClientId: credentials.client_id,
      oAuthClientSecret: credentials.client_secret,
    },
  });
  const orders = new OrdersController(client);
  const payments = new PaymentsController(client);
  const ids = new Map();
  const refunds = new Map();

  const order = async (reference) => (await orders.getOrder({ id: ids.get(reference) })).result;
  const capture = async (reference) => (await order(reference)).purchaseUnits[0].payments.captures[0];

  return settled({
    async create({ reference, amount, currency }) {
      const unit = {
        amount: { currencyCode: currency, value: major(amount) },
        invoiceId: reference,
        customId: reference,
      };
      const { result } = await orders.createOrder({
        body: { intent: CheckoutPaymentIntent.Capture, purchaseUnits: [unit] },
        paypalRequestId: `create-${reference}`,
        prefer: "return=representation",
      });
      ids.set(reference, result.id);
      return result.links.find(({ rel }) => rel === "approve").href;
    },
    async collect({ reference }) {
      const { result } = await orders.captureOrder({
        id: ids.get(reference),
        paypalRequestId: `capture-${reference}`,
        prefer: "return=representation",
      });
      return result.purchaseUnits[0].payments.captures[0].status;
    },
    async query({ reference }) {
      const { status, purchaseUnits } = await order(reference);
      const [made] = purchaseUnits[0].payments?.captures ?? [];
      return { state: made ? made.status : status, amount: made && Math.round(Number(made.amount.value) * 100) };
    },
    async refund({ reference, number, amount, currency }) {
      const { result } = await payments.refundCapturedPayment({
        captureId: (await capture(reference)).id,
        paypalRequestId: number,
        body: { amount: { currencyCode: currency, value: major(amount) } },
      });
      refunds.set(number, result.id);
    },
    async refunded({ number }) {
      const { result } = await payments.getRefund({ refundId: refunds.get(number) });
      return { state: result.status, amount: Math.round(Number(result.amount.value) * 100) };
    },
  });
});

function major(amount) {
  return `${Math.trunc(amount / 100)}.${String(amount % 100).padStart(2, "0")}`;
}

// Each environment's host is fixed in the SDK, so its requests are turned where they leave it.
function turnTo(url) {
  const { executeRequest } = HttpClient.prototype;
  HttpClient.prototype.executeRequest = function turned(request, options) {
    const { pathname, search } = new URL(request.url);
    return executeRequest.call(this, { ...request, url: url + pathname + search }, options);
  };
}

function settled(steps) {
  const told = (step) => async (given) => {
    try {
      return await step(given);
    } catch (error) {
      throw Object.assign(error, { code: error.result?.details?.[0]?.issue ?? error.result?.name });
    }
  };
  return Object.fromEntries(Object.entries(steps).map(([name, step]) => [name, told(step)]));
}
