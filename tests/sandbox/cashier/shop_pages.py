"""A shop's own pages that open a payment sheet, with the scripts that the sandbox gives to them."""

from __future__ import annotations

import json
from base64 import b64encode
from string import Template
from typing import Any

_PAGE = Template("""<!doctype html><title>shop</title>
<script src="$sandbox/assets/$script.js"></script>
<button id="sheet">pay</button><output id="told"></output>
<script>
const told = (kind, text) => {
  const output = document.getElementById("told");
  output.dataset.kind = kind;
  output.textContent = text || kind;
};
const failing = new URLSearchParams(location.search).has("failing");
let tries = 0;
document.getElementById("sheet").addEventListener("click", () => { told("open"); begin(); });
$begin
</script>
""")

_APPLE = Template("""
const request = {
  countryCode: "US", currencyCode: "USD", supportedNetworks: ["visa"], merchantCapabilities: ["supports3DS"],
  total: { label: "Tea & <b>Cups</b>", amount: "12.50" }, applicationData: "$data",
};
const begin = () => {
  const session = new ApplePaySession(3, request);
  session.onvalidatemerchant = (event) => {
    document.title = event.validationURL;
    session.completeMerchantValidation($session);
  };
  session.onpaymentauthorized = (event) => {
    const failed = failing && tries++ === 0;
    session.completePayment(failed ? ApplePaySession.STATUS_FAILURE : { status: ApplePaySession.STATUS_SUCCESS });
    told(failed ? "failed" : "paid", JSON.stringify(event.payment.token));
  };
  session.oncancel = () => told("cancelled");
  session.begin();
};
""")

_GOOGLE = Template("""
const tokenizationSpecification = { type: "DIRECT", parameters: { protocolVersion: "ECv2", publicKey: "-" } };
const request = {
  apiVersion: 2, apiVersionMinor: 0,
  allowedPaymentMethods: [{ type: "CARD", parameters: { allowedCardNetworks: ["VISA"] }, tokenizationSpecification }],
  transactionInfo: { totalPriceStatus: "FINAL", totalPrice: "12.50", currencyCode: "USD", transactionId: "$reference" },
  merchantInfo: { merchantName: "Tea" },
};
const client = new google.payments.api.PaymentsClient({ environment: "TEST" });
const begin = () => client.loadPaymentData(request).then(
  (data) => told("paid", data.paymentMethodData.tokenizationData.token),
  (error) => told(error.statusCode === "CANCELED" ? "cancelled" : "error", error.statusMessage),
);
""")


def applepay_page(sandbox_url: str, reference: str, session: Any) -> str:
    """A page with an Apple Pay button, whose server always answers with this merchant session."""
    data = b64encode(reference.encode()).decode()
    begin = _APPLE.substitute(data=data, session=json.dumps(session))
    return _PAGE.substitute(sandbox=sandbox_url, script="applepay", begin=begin)


def googlepay_page(sandbox_url: str, reference: str) -> str:
    """A page with a Google Pay button."""
    begin = _GOOGLE.substitute(reference=reference)
    return _PAGE.substitute(sandbox=sandbox_url, script="googlepay", begin=begin)
