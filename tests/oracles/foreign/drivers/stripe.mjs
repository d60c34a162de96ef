// A merchant on stripe-node, with PaymentIntents or with Checkout.

import { sdk, serve } from "./lines.mjs";

const Stripe = sdk("stripe");

await serve(({ url, mode, credentials }) => {
  const { hostname, port, pathname } = new URL(url);
  const stripe = new Stripe(credentials.secret_key, {
    host: hostname,
    port,
    protocol: "http",
    telemetry: false,
    httpClient: below(pathname),
  });
  const ids = new Map();
  const refunds = new Map();

  const intents = {
    async create({ reference, amount, currency }) {
      const intent = await stripe.paymentIntents.create({
        amount,
        currency: currency.toLowerCase(),
        automatic_payment_methods: { enabled: true },
        metadata: { order_id: reference },
      });
      ids.set(reference, intent.id);
      return intent.client_secret;
    },
    async query({ reference }) {
      const intent = await stripe.paymentIntents.retrieve(ids.get(reference), { expand: ["latest_charge"] });
      return { state: intent.status, amount: intent.amount_received, refunded: intent.latest_charge?.amount_refunded };
    },
    close: ({ reference }) => stripe.paymentIntents.cancel(ids.get(reference)),
    intent: async (reference) => ids.get(reference),
  };

  const sessions = {
    async create({ reference, amount, currency }) {
      const session = await stripe.checkout.sessions.create({
        mode: "payment",
        client_reference_id: reference,
        success_url: "https://shop.example/return?session={CHECKOUT_SESSION_ID}",
        line_items: [
          {
            quantity: 1,
            price_data: { currency: currency.toLowerCase(), unit_amount: amount, product_data: { name: "tea & 茶" } },
          },
        ],
      });
      ids.set(reference, session.id);
      return session.url;
    },
    async query({ reference }) {
      const session = await stripe.checkout.sessions.retrieve(ids.get(reference), {
        expand: ["payment_intent.latest_charge"],
      });
      const charge = session.payment_intent?.latest_charge;
      const state = `${session.status}/${session.payment_status}`;
      return { state, amount: session.amount_total, refunded: charge?.amount_refunded };
    },
    close: ({ reference }) => stripe.checkout.sessions.expire(ids.get(reference)),
    intent: async (reference) => (await stripe.checkout.sessions.retrieve(ids.get(reference))).payment_intent,
  };

  const merchant = mode === "checkout" ? sessions : intents;
  return {
    ...merchant,
    async refund({ reference, number, amount }) {
      const wanted = { payment_intent: await merchant.intent(reference), amount };
      const refund = await stripe.refunds.create(wanted, { idempotencyKey: number });
      refunds.set(number, refund.id);
    },
    async refunded({ number }) {
      const refund = await stripe.refunds.retrieve(refunds.get(number));
      return { state: refund.status, amount: refund.amount };
    },
    believe({ headers, body }) {
      const signature = headers["stripe-signature"];
      const event = stripe.webhooks.constructEvent(Buffer.from(body, "base64"), signature, credentials.webhook_secret);
      return { event: event.type, reference: referenceOf(event.data.object) };
    },
  };
});

function referenceOf(object) {
  return object.client_reference_id ?? object.metadata?.order_id ?? null;
}

// The SDK has no option for a path before /v1, and the sandbox serves each wallet under one.
function below(prefix) {
  const client = Stripe.createNodeHttpClient();
  const makeRequest = client.makeRequest.bind(client);
  client.makeRequest = (host, port, path, ...rest) => makeRequest(host, port, prefix + path, ...rest);
  return client;
}
