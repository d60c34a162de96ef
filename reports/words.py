"""The interface texts of the page, English and Chinese side by side.

Ids and states stay as they are. What checks and wallets say of themselves has its twins in `reports.twins`.
"""

from __future__ import annotations

from typing import NamedTuple


class Text(NamedTuple):
    """One text in both languages; neither is the translation."""

    en: str
    zh: str


LANGUAGES = Text._fields

WORDS: dict[str, Text] = {
    "title": Text("Report on a wallet integration", "钱包集成检验报告"),
    "language": Text("中文", "English"),
    "theme": Text("Light/dark", "浅色/深色"),
    # verdict
    "verdict.sound": Text("Nothing failed", "未发现问题"),
    "verdict.findings": Text("Findings", "发现问题"),
    "verdict.inconclusive": Text("Not settled", "尚无定论"),
    "verdict.nothing": Text("Nothing proven", "未能证明任何要求"),
    "verdict.sound.more": Text(
        "Every requirement that applied and could be judged at this level holds.",
        "在本级别上适用且可判定的要求全部成立。",
    ),
    "verdict.findings.more": Text(
        "At least one requirement does not hold. Read the costliest first.",
        "至少有一项要求不成立。请从代价最大的读起。",
    ),
    "verdict.inconclusive.more": Text(
        "No requirement was refuted, but some could be neither shown nor refuted.",
        "没有要求被推翻，但有些既未证实也未推翻。",
    ),
    "verdict.nothing.more": Text(
        "No check passed, so this run says nothing in favour of the target.",
        "没有一项检验通过，本次运行不能为被测系统作任何证明。",
    ),
    "verdict.accepted": Text("Nothing failed but what is known", "除已知问题外未发现问题"),
    "verdict.accepted.more": Text(
        "Every requirement that applied and could be judged holds, but for failures that somebody accepted for now.",
        "除有人暂时接受的问题外，适用且可判定的要求全部成立。",
    ),
    "target": Text("Target", "被测系统"),
    "level": Text("Level", "级别"),
    "level.0": Text("none", "无"),
    "level.1": Text("proofs", "支付凭证"),
    "level.2": Text("orders", "订单"),
    "level.3": Text("gateway", "网关"),
    "level.4": Text("peak", "高峰"),
    # outcomes
    "outcome.passed": Text("passed", "通过"),
    "outcome.failed": Text("failed", "不通过"),
    "outcome.inconclusive": Text("inconclusive", "无定论"),
    "outcome.not_applicable": Text("not applicable", "不适用"),
    "outcome.error": Text("error of ours", "检验工具自身错误"),
    # severities
    "severity.blocker": Text("blocker", "阻断"),
    "severity.critical": Text("critical", "严重"),
    "severity.normal": Text("normal", "一般"),
    "severity.minor": Text("minor", "轻微"),
    "severity.trivial": Text("trivial", "细微"),
    # scoreboard
    "board": Text("Wallets and areas", "钱包与领域"),
    "board.more": Text(
        "Checks passed of those that applied; the colour is the worst outcome.",
        "通过数与适用数之比；颜色表示其中最差的结果。",
    ),
    "board.area": Text("Area", "领域"),
    "board.empty": Text("No check ran.", "没有运行任何检验。"),
    "board.na": Text("n/a", "不适用"),
    "board.general": Text("general", "通用"),
    # findings
    "findings": Text("Findings", "发现的问题"),
    "findings.none": Text("No requirement was refuted.", "没有要求被推翻。"),
    "findings.known": Text("No requirement was refuted but those that are known.", "除已知问题外，没有要求被推翻。"),
    "findings.advice": Text("No requirement was refuted but as advice.", "除建议外，没有要求被推翻。"),
    "findings.books": Text("No check failed, but the books do not agree.", "没有检验不通过，但账目不符。"),
    "requirement": Text("Requirement", "要求"),
    "expected": Text("Expected", "期望"),
    "observed": Text("Observed", "观察到"),
    "because": Text("Reason", "原因"),
    "details": Text("Show", "展开"),
    "citation": Text("Who says so", "依据"),
    "citation.read": Text("read", "查阅于"),
    "cost": Text("What it costs", "代价"),
    "remedy": Text("Your integration should", "应当怎么做"),
    "again": Text("See it again", "重现"),
    "steps": Text("Steps", "步骤"),
    "exchanges": Text("Exchanges as curl lines", "往来报文（curl 命令）"),
    "party.buyer": Text("buyer", "买家"),
    "party.target": Text("target", "被测系统"),
    "timeline": Text("What happened", "事件经过"),
    "timeline.more": Text(
        "When each began, Δ after the one before; then what was asked, what came back, and how long that took.",
        "每次往来的开始时刻及与前一次的间隔 Δ；其后为请求、应答与耗时。",
    ),
    "copy": Text("Copy", "复制"),
    "copied": Text("Copied", "已复制"),
    "seed": Text("Seed", "随机种子"),
    # other parts
    "accepted": Text("Known and accepted", "已知并接受"),
    "accepted.more": Text(
        "Failures that a person answers for until the day named. They turn nothing red, and prove nothing.",
        "由专人负责、在所列日期前接受的问题。它们不影响结论，也不证明任何要求。",
    ),
    "advice": Text("Advice", "建议"),
    "advice.more": Text(
        "Worth a thought, and nothing that anybody has to mend; it turns nothing red.",
        "值得考虑，但并非必须修复；不影响结论。",
    ),
    "advice.counted": Text("as advice", "条建议"),
    "known": Text("Known", "已知"),
    "known.counted": Text("known", "已知"),
    "known.until": Text("until", "有效期至"),
    "unsettled": Text("Not settled", "无定论"),
    "unsettled.more": Text(
        "Neither shown nor refuted, or an error of ours. Never counted as passed.",
        "既未证实也未推翻，或为检验工具自身的错误。从不计为通过。",
    ),
    # the load
    "load": Text("Load", "负载"),
    "load.stories": Text("Stories, from when somebody meant to come", "完整流程（自预定到达时刻起计时）"),
    "load.stories.what": Text("Story", "流程"),
    "load.steps": Text("Single steps, from the request to its whole answer", "单个步骤（自请求发出至应答完整）"),
    "load.steps.what": Text("Step", "步骤"),
    "load.samples": Text("Samples", "样本数"),
    "load.success": Text("Went well", "成功率"),
    "load.longest": Text("Longest", "最长"),
    "load.cases": Text("Orders that fared worst", "情况最差的订单"),
    "load.case.failed": Text("The first that was not served", "第一个未被满足的订单"),
    "load.case.slowest": Text("The slowest", "最慢的订单"),
    "load.capacity": Text("Capacity", "容量"),
    "load.came": Text("Came", "到达"),
    "load.left": Text("Came to an end", "结束"),
    "load.turned-away": Text("Turned away", "被拒之门外"),
    "load.paid": Text("Paid", "已支付"),
    "load.acknowledged": Text("Acknowledged", "已确认"),
    "load.fulfilled": Text("Fulfilled", "已履约"),
    "load.doubled": Text("Fulfilled twice or more", "重复履约"),
    "load.lost": Text("Paid without goods", "已付未得"),
    "load.declined": Text("Declined", "被拒付"),
    "load.abandoned": Text("Abandoned", "已放弃"),
    "load.refunded": Text("Refunded", "已退款"),
    "load.forged": Text("Forgeries sent", "已发送的伪造通知"),
    "load.believed": Text("Forgeries believed", "被采信的伪造通知"),
    "load.lag": Text("The generator’s own lag", "发压端自身的延迟"),
    "load.processor": Text("The generator’s processor", "发压端处理器"),
    "load.memory": Text("The generator’s memory", "发压端内存"),
    "load.sandbox": Text("Waiting for the sandbox", "等待沙箱所占时间"),
    "load.sandbox-busy": Text("The sandbox", "沙箱"),
    "books": Text("The books", "账目核对"),
    "books.more": Text(
        "What the wallets’ ledger says was paid, held against what the target says and delivered.",
        "将钱包账本记录的支付与被测系统所记录、所交付的相互核对。",
    ),
    "books.none": Text("No audit was made in this run.", "本次运行没有核对账目。"),
    "books.broken": Text("broken in the books", "项账目不符"),
    "books.judged": Text("judged", "已核对"),
    "books.nothing": Text("nothing to judge", "无可核对"),
    "books.breaches": Text("breaches:", "不符："),
    "verdict.clause.proved": Text("proved", "已证实"),
    "verdict.clause.sampled": Text("sampled, doubtful ones always", "抽样，存疑者必查"),
    "verdict.clause.broken": Text("broken", "不成立"),
    "verdict.clause.not observable at this level": Text("not observable at this level", "在本级别上不可观察"),
    "missing": Text("Not applicable, and why", "不适用及其原因"),
    "missing.more": Text(
        "These requirements were not tested. Each group names what is missing.", "这些要求未被检验。每组注明缺少什么。"
    ),
    "missing.none": Text("Every requirement applied.", "所有要求均适用。"),
    "untested": Text("Outside of all checks", "任何检验都未涉及的内容"),
    "untested.what": Text("What", "内容"),
    "wallet": Text("Wallet", "钱包"),
    "passed": Text("Passed", "通过的检验"),
    "passed.show": Text("Show all", "展开全部"),
    "passed.none": Text("No check passed.", "没有检验通过。"),
    "run": Text("This run", "本次运行"),
    "file": Text("Target file", "目标文件"),
    "file.show": Text("Show the file, secrets masked", "展开文件（机密已遮盖）"),
    "file.none": Text(
        "There is none: the target speaks the canonical contract.", "没有目标文件：被测系统使用标准约定。"
    ),
    # topic groups
    "group.pay": Text("paying", "支付"),
    "group.notify": Text("notifications", "通知"),
    "group.refund": Text("refunds", "退款"),
    "group.close": Text("closing", "关单"),
    "group.reconcile": Text("reconciling", "对账"),
    "group.bill": Text("the wallet's bill", "钱包对账单"),
    "group.amounts": Text("amounts", "金额"),
    "group.requests": Text("requests to the gateway", "网关请求"),
    "group.forgery": Text("forgeries", "伪造"),
    "group.substitution": Text("substitution", "替换"),
    "group.replay": Text("replay", "重放"),
    "group.access": Text("access", "访问权限"),
    "group.fuzz": Text("malformed input", "畸形输入"),
    "group.keys": Text("keys", "密钥"),
    "group.hint": Text("unsigned hints", "未签名的提示"),
    "group.chain": Text("payments on a chain", "链上付款"),
    "group.login": Text("logins", "登录"),
    "group.login-forgery": Text("forged logins", "伪造登录"),
    "group.session": Text("merchant sessions", "商户会话"),
    "group.callback": Text("news beside payments", "支付以外的通知"),
    "group.lifecycle": Text("whole stories", "完整流程"),
    "group.openapi": Text("the API document", "接口文档"),
    "group.openapi-links": Text("along the API's links", "沿接口链接"),
    "group.openapi-money": Text("money in the API", "接口中的金额"),
    "group.openapi-access": Text("access to the API", "接口访问权限"),
    "group.openapi-methods": Text("methods nobody documents", "未公布的方法"),
    "group.openapi-leaks": Text("what the API tells", "接口泄露"),
    "group.coupons": Text("coupons", "优惠券"),
    "group.delivery": Text("lost and late messages", "丢失与迟到的消息"),
    "group.faults": Text("gateway outages", "网关故障"),
    "group.restart": Text("restarts", "重启"),
    "group.race": Text("races", "并发竞争"),
    "group.tampering": Text("tampered orders", "篡改下单"),
    "group.return": Text("the way back", "返回页面"),
    "group.browser": Text("in the buyer's browser", "买家的浏览器"),
    "group.injection": Text("injection", "注入"),
    "group.leaks": Text("leaks", "信息泄露"),
    "group.bodies": Text("huge and slow bodies", "超大与缓慢的请求体"),
    "group.transport": Text("transport", "传输安全"),
    "group.hygiene": Text("key hygiene", "密钥管理"),
    "group.load": Text("load", "负载"),
    "group.known": Text("entries of known.toml", "known.toml 条目"),
    # the buyer's way
    "ways": Text("The buyer's way", "买家的路径"),
    "ways.more": Text(
        "From the cart to a paid order in a real browser. Pages, clicks and seconds include the wallet's own page; the "
        "requests are those to the shop.",
        "在真实浏览器中从购物车到订单支付完成。页面、点击与耗时包含钱包自己的页面；请求只计发往商店的。",
    ),
    "ways.pages": Text("pages", "页面"),
    "ways.clicks": Text("clicks", "点击"),
    "ways.fields": Text("fields", "填写项"),
    "ways.seconds": Text("seconds", "秒"),
    "ways.requests": Text("requests", "请求"),
    "ways.barriers": Text("What accessibility rules found", "无障碍规则发现的问题"),
    "ways.barriers.none": Text("Nothing on cart, checkout and order page.", "购物车、结账页和订单页均未发现问题。"),
    # clauses of the audit
    "clause.paid-is-fulfilled": Text(
        "Every order paid in full is fulfilled, or its money is given back.", "每个全额支付的订单都已履约，或已退款。"
    ),
    "clause.fulfilled-once": Text("No order is fulfilled more than once.", "没有订单被重复履约。"),
    "clause.unpaid-is-not-fulfilled": Text(
        "No order is fulfilled before its money moved.", "没有订单在款项到账前履约。"
    ),
    "clause.amount-matches": Text(
        "What was paid for a fulfilled order is its shelf price or more.", "已履约订单的实付金额不低于标价。"
    ),
    "clause.payee": Text("The target asks the wallet for the shelf price.", "被测系统向钱包请求的金额等于标价。"),
    "clause.refunds-match": Text(
        "The target and the wallet name the same refunded sum.", "被测系统与钱包的退款金额一致。"
    ),
    "clause.no-orphan-payment": Text(
        "Every payment made belongs to an order, or went back.", "每笔支付都属于某个订单，或已退回。"
    ),
    "clause.no-orphan-refund": Text(
        "Every refund belongs to a paid order, and all of them together do not exceed what was paid.",
        "每笔退款都属于已支付的订单，且退款总额不超过实付金额。",
    ),
    "clause.nothing-stuck": Text(
        "No order stays pending after the target acknowledged the proof of its full payment.",
        "被测系统确认全额支付凭证后，没有订单停留在待支付状态。",
    ),
    "clause.kept-money-is-paid": Text(
        "No order ends failed, cancelled or refunded while the target keeps its money.",
        "没有订单在被测系统仍保留款项时以失败、取消或退款告终。",
    ),
    "clause.acknowledged-forgery-free": Text(
        "No message made the target believe in a payment that never happened.",
        "没有任何报文使被测系统相信从未发生的支付。",
    ),
}
