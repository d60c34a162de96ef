"""What a shop should do so that its pages hold in a buyer's browser, by topic."""

from __future__ import annotations

from reports.words import Text

BROWSER_REMEDIES: dict[str, Text] = {
    "browser": Text(
        "Walk from cart to order in a browser; let the server decide price, payment and who is logged in.",
        "在浏览器中走完从购物车到订单的全程；价格、支付与登录状态都由服务器决定。",
    ),
    "browser.accessibility": Text(
        "Name every control, keep enough contrast, and let the whole checkout be used by keyboard.",
        "为每个控件提供名称，保证足够的对比度，使整个结账流程可用键盘完成。",
    ),
    "browser.back": Text(
        "Use the cart up with the order, and take a click that was used for the order that it made.",
        "下单即清空购物车；已用过的点击指向它当时生成的订单。",
    ),
    "browser.content-policy": Text(
        "Send a content security policy that lets only your own script files run: no 'unsafe-inline', no wildcard.",
        "发送内容安全策略，只允许自己的脚本文件运行：不用 'unsafe-inline'，不用通配符。",
    ),
    "browser.double-click": Text(
        "Put a one-time token into each rendered checkout, and use token and cart up in one transaction.",
        "每次渲染结账页都放入一次性令牌，并在同一事务中核销令牌与购物车。",
    ),
    "browser.framing": Text(
        "Answer every page with frame-ancestors 'none' and X-Frame-Options DENY.",
        "每个页面都返回 frame-ancestors 'none' 与 X-Frame-Options DENY。",
    ),
    "browser.hidden-amount": Text(
        "Read no price from the form: compute it from the cart on the server.",
        "不从表单读取价格，由服务器按购物车计算。",
    ),
    "browser.open-redirect": Text(
        "Lead on to paths of your own from a fixed list, and to no address that a parameter names.",
        "只跳转到固定名单内的自有路径，绝不跳转到参数给出的地址。",
    ),
    "browser.reload": Text(
        "Let a visit only show what the books say; nothing is delivered or asked for because a page is loaded.",
        "访问页面只展示账目，加载页面不得触发发货或收款。",
    ),
    "browser.return-alone": Text(
        "Take the browser's return as a reason to ask the wallet, and fulfil on the wallet's own word alone.",
        "把浏览器返回当作询问钱包的理由，只凭钱包自己的答复履约。",
    ),
    "browser.return-race": Text(
        "Let return page and notification claim the order by the same conditional update, after every answer.",
        "返回页面与通知用同一条件更新认领订单，且在每次得到答复之后进行。",
    ),
    "browser.secrets": Text(
        "Keep secrets on the server, and the session's cookie HttpOnly.",
        "密钥只留在服务器上，会话 Cookie 设为 HttpOnly。",
    ),
    "browser.session": Text(
        "Give the session's cookie SameSite=Lax: Strict loses it when the wallet's page leads back.",
        "会话 Cookie 使用 SameSite=Lax：用 Strict 时，从钱包页面返回会丢失会话。",
    ),
    "browser.two-tabs": Text(
        "Compute the price when the order is placed, from the cart as it is then, and show a changed one first.",
        "下单时按当时的购物车计价；若有变化，先展示给买家。",
    ),
}
