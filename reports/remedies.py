"""What an integration should do so that a requirement holds, by topic; the longest prefix that is known counts."""

from __future__ import annotations

from reports.browser_remedies import BROWSER_REMEDIES
from reports.words import Text

REMEDIES: dict[str, Text] = {
    "pay": Text(
        "Mark an order as paid only on the wallet's own statement that the whole price arrived, and fulfil it then.",
        "只有钱包自己声明已收到全额，才能把订单标为已支付，并在此时履约。",
    ),
    "pay.expiry": Text(
        "Close the payment at the wallet when the order expires, and free what was reserved for it.",
        "订单过期时到钱包关闭支付，并释放为它预留的库存。",
    ),
    "pay.return-alone": Text(
        "Take the visit to the return page as a reason to ask the wallet, never as a proof.",
        "把买家返回页面当作去询问钱包的理由，绝不当作支付凭证。",
    ),
    "notify": Text(
        "Verify, store and acknowledge a notification first; make what follows from it idempotent by the payment's id.",
        "先验证、落库并确认通知；后续处理以支付编号保证幂等。",
    ),
    "notify.acknowledge": Text(
        "Answer exactly as the wallet documents, once the notification is stored, within its time limit.",
        "通知落库之后，在钱包规定的时限内，严格按其文档作出应答。",
    ),
    "notify.concurrent": Text(
        "Let the database decide who is first: a unique key on the payment, or a row locked while it changes.",
        "让数据库决定先后：对支付编号建唯一键，或在修改时锁定该行。",
    ),
    "notify.repeat": Text(
        "Remember by the payment's id what was done already, and acknowledge a repeat without doing it again.",
        "以支付编号记住已做过的事；重复通知只确认，不再执行。",
    ),
    "notify.asides": Text(
        "Choose one kind of event that says paid, acknowledge all others, and book a dispute only once it is lost.",
        "只认一种表示已付的事件；其余只作确认，争议未败诉之前不扣除任何金额。",
    ),
    "notify.out-of-order": Text(
        "Let a state move forward only; what arrives late adds to the books but takes nothing back.",
        "状态只能向前；迟到的消息可以补充账目，但不得倒退状态。",
    ),
    "notify.phrasing": Text(
        "Compare the price with the order's sum at the wallet, whoever paid it; know every word that means paid.",
        "用钱包所说的订单总额与标价比较，不论由谁支付；认得每一个表示已支付的状态。",
    ),
    "refund": Text(
        "Ask for a refund under a number of its own, once; book what the wallet confirms, never more than was paid.",
        "每笔退款用自己的编号只请求一次；按钱包确认的金额入账，且总额不超过实付。",
    ),
    "refund.failed": Text(
        "Count a refund as made once the wallet says so, and take off the books what it says has failed.",
        "钱包确认后才把退款计为完成；钱包通知失败的退款要从账目中撤销。",
    ),
    "close": Text(
        "Close at the wallet before an order counts as cancelled, and give back what was paid all the same.",
        "先在钱包关单，再把订单视为已取消；若仍收到付款则退回。",
    ),
    "reconcile": Text(
        "Ask the wallet about open orders at intervals, and treat its answer like a notification, under the same lock.",
        "定期向钱包查询未完结的订单，并在同一把锁下把查询结果当作通知处理。",
    ),
    "bill": Text(
        "Read the wallet's bill each day; ask the wallet about what only the bill tells, then book it once, by number.",
        "每天读取钱包的对账单；对只在其中出现的内容先向钱包查询，再按编号入账一次。",
    ),
    "bill.fee": Text(
        "Compare the order with the gross sum of the bill; book the wallet's fee as a cost of your own.",
        "用对账单中的总额与订单比较；钱包手续费记为自己的成本。",
    ),
    "amounts": Text(
        "Compute in integers of the currency's smallest unit with its own exponent; compare sum and currency exactly.",
        "按币种自身的小数位数，以最小单位的整数计算；金额与币种都要精确比较。",
    ),
    "coupons": Text(
        "Compute the price on the server, and use a coupon up in the same transaction that places the order.",
        "在服务器端计算价格，并在下单的同一事务里核销优惠券。",
    ),
    "requests": Text(
        "Build each call as documented; give it a number that a repeat keeps, and ask before repeating with a new one.",
        "按文档构造每个请求；重试沿用原编号，换新编号之前先查询结果。",
    ),
    "requests.response-signature": Text(
        "Verify the signature of the gateway's answers before anything in them is believed.",
        "先验证网关应答的签名，再采信其中内容。",
    ),
    "chain": Text(
        "Give each order an address or reference of its own, add up what arrives, and wait for enough confirmations.",
        "每个订单使用独立的地址或引用，累计到账金额，并等待足够的确认数。",
    ),
    "chain.account": Text(
        "Derive addresses of the kind that belongs to the account's key, on its branch 0, and compare with the device.",
        "按账户公钥所属的类型在分支 0 上派生地址，并与设备显示的地址核对。",
    ),
    "login": Text(
        "Let each challenge serve one login only, and recover the signer from exactly the text that was issued.",
        "每个挑战只供登录一次；用当初发出的原文恢复签名者。",
    ),
    "delivery": Text(
        "Store a notification before acknowledging it, work it off outside the request, and bear any order of arrival.",
        "先落库再确认，在请求之外处理，并能承受任何到达顺序。",
    ),
    "faults": Text(
        "Take an unclear answer for unclear: keep the order open, ask again, repeat under the same number.",
        "结果不明就按不明处理：订单保持未决，再次查询，用同一编号重试。",
    ),
    "faults.outage-forged": Text(
        "Refuse a proof that cannot be verified for now, and say so by a status that makes the wallet repeat it.",
        "暂时无法验证的凭证一律拒绝，并返回会让钱包重发的状态码。",
    ),
    "faults.crowd": Text(
        "Give calls to a wallet a time limit and a pool of their own, so that one wallet cannot hold up the shop.",
        "调用钱包要有超时和独立的连接池，使一家钱包不能拖垮整个商店。",
    ),
    "restart": Text(
        "Keep all that matters in the database, and pick up open work at the start.",
        "重要的一切都存入数据库，启动时接着处理未完成的工作。",
    ),
    "race": Text(
        "Change an order under a lock or by a conditional update, and do what cannot be undone only after that.",
        "在锁内或以条件更新修改订单；不可撤销的动作只在更新成功后进行。",
    ),
    "lifecycle": Text(
        "Model the order as a state machine with explicit transitions, and decide each message by the state it meets.",
        "把订单建成转换明确的状态机，每条消息都按其遇到的状态来决定。",
    ),
    "forgery": Text(
        "Verify the signature with the wallet's own key over the bytes as received, before anything in them is read; "
        "change nothing and do not acknowledge when it fails.",
        "在读取任何内容之前，用钱包自己的密钥对收到的原始字节验签；验签失败则不改变任何数据，也不确认。",
    ),
    "substitution": Text(
        "After the signature, compare merchant, order, amount, currency, environment and state with your own records.",
        "验签之后，再把商户、订单、金额、币种、环境和状态与自己的记录逐一比对。",
    ),
    "hint": Text(
        "Use an unsigned message only as a reason to ask the wallet; believe the answer alone.",
        "未签名的消息只能作为去询问钱包的理由；只相信钱包的回答。",
    ),
    "replay": Text(
        "Bind each payment to one order by a unique key, and refuse statements that are older than the wallet allows.",
        "以唯一键把每笔支付绑定到一个订单，并拒绝超出钱包允许时间的声明。",
    ),
    "replay.respelt": Text(
        "Know a proof again by the identifier in what the wallet signed, decoded; never by its text or its signature.",
        "以钱包所签内容中的标识（解码之后）识别凭证；绝不以其文本或签名识别。",
    ),
    "login-forgery": Text(
        "Check signer, text, domain, chain, time and one-time value of the signed message against what was issued.",
        "把签名消息中的签名者、原文、域名、链、时间与一次性值同当初发出的逐一核对。",
    ),
    "session": Text(
        "Ask for merchant sessions only at hosts of a fixed list, over verified TLS, following no redirect.",
        "只向固定名单中的主机请求商户会话，校验 TLS，且不跟随重定向。",
    ),
    "callback": Text(
        "Verify news beside payments as strictly as payments, and answer them as documented.",
        "支付以外的通知也要像支付一样严格验证，并按文档应答。",
    ),
    "fuzz": Text(
        "Refuse what is malformed with a 4xx, without a crash and without a change; accept every genuine spelling.",
        "格式错误的输入以 4xx 拒绝，不崩溃、不改数据；真实报文的各种写法都要接受。",
    ),
    "keys": Text(
        "Accept every key that the wallet calls valid today, fetch unknown ones seldom, and never a published one.",
        "接受钱包声明当前有效的所有密钥；未知密钥要限频获取；绝不使用公开的测试密钥。",
    ),
    "tampering": Text(
        "Take price, currency and discount from your own catalogue, and only item and quantity from the buyer.",
        "价格、币种和折扣取自自己的商品目录，只从买家处接受商品和数量。",
    ),
    "return": Text(
        "Show the order's state from your own books on the return page, and believe no parameter that is not verified.",
        "返回页面按自己的账目显示订单状态，未经验证的参数一概不信。",
    ),
    **BROWSER_REMEDIES,
    "access.guessing": Text(
        "Count refusals per buyer and order on routes that concern money, and answer 429 for a while after some.",
        "在涉及资金的接口上按买家和订单统计被拒次数，超过若干次后在一段时间内以 429 应答。",
    ),
    "pay.twice": Text(
        "Hand out one payment per order, or close the other before a new one opens; give back what comes in twice.",
        "每个订单只给出一笔支付，或在开启新支付前关闭旧支付；重复收到的款项应退回。",
    ),
    "access": Text(
        "Check on each request that the order belongs to whoever asks, and answer as if it did not exist if not.",
        "每个请求都核对订单是否属于请求者；不属于则按不存在应答。",
    ),
    "injection": Text(
        "Pass foreign texts as parameters, never as code; fetch no URL of theirs; parse XML without entities.",
        "外来文本只作参数，不作代码；不访问陌生人给出的网址；解析 XML 时禁用实体。",
    ),
    "leaks": Text(
        "Answer errors with a bare word and an id, use unguessable order numbers, and keep keys on the server.",
        "错误只返回简短说明与编号，订单号不可猜测，密钥只留在服务器上。",
    ),
    "bodies": Text(
        "Limit the size, the depth and the time of a request before it is read.",
        "在读取之前限制请求的大小、嵌套深度与时长。",
    ),
    "transport": Text(
        "Serve TLS 1.2 or newer alone, with a valid certificate, private caching and headers of trusted proxies only.",
        "只提供 TLS 1.2 及以上版本，证书有效，响应不得公共缓存，只信任自家代理的请求头。",
    ),
    "hygiene": Text(
        "Keep keys out of the code and off the web server, make them long enough, and renew them in time.",
        "密钥不进代码、不放网站目录，长度足够，并及时更换。",
    ),
    "openapi": Text(
        "Answer as the document says, refuse what it does not describe with a 4xx, and never with a 5xx.",
        "按接口文档应答；文档未描述的输入以 4xx 拒绝，绝不返回 5xx。",
    ),
    "openapi-money": Text(
        "Refuse sums that are negative, fractional, too large or no numbers, and compute the price yourself.",
        "拒绝负数、小数、过大或非数字的金额，价格自行计算。",
    ),
    "openapi-access": Text(
        "Demand authentication for every operation that the document protects, and check whose record it is.",
        "凡文档规定受保护的操作都要求身份验证，并核对记录归属。",
    ),
    "audit": Text(
        "Follow the orders named here through both books, and mend the path on which they parted.",
        "沿两边账目追查此处列出的订单，修正使账目分歧的路径。",
    ),
    "load.purchase": Text(
        "Look up the orders named here in the shop's log, at the time of their first failed request: a pool that ran "
        "dry, a lock, a time limit towards the wallet. Let such an order wait, or be tried again, instead of failing.",
        "在商店日志中按首个失败请求的时间查找此处列出的订单：连接池耗尽、锁等待，还是调用钱包超时；让这样的订单等待或安全重试，而不是失败。",
    ),
    "load": Text(
        "Keep the request short: store, acknowledge, work off later; find what the orders named here waited for.",
        "缩短请求：先落库、确认，再异步处理；查明此处列出的订单在等待什么。",
    ),
}

_LIKE = {
    "load.abandon": "pay",
    "load.decline": "pay",
    "load.forgery": "forgery",
    "load.refund": "refund",
    "load.reload": "notify.repeat",
    "load.repeat": "notify.repeat",
    "load.storm": "notify.repeat",
}
"""Stories of a load that fail for the reason of another topic."""


def remedy(topic: str) -> Text | None:
    """What the integration should do about a failure of the topic; None where the group is not known.

    A group that is a kin of another (`openapi-leaks` of `openapi`) has its remedy where it has none of its own.
    """
    known = topic = _LIKE.get(topic, topic)
    while known:
        if known in REMEDIES:
            return REMEDIES[known]
        known = known.rpartition(".")[0]
    return REMEDIES.get(topic.partition("-")[0])
