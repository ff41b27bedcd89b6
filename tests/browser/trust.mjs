// A device comes to trust the edge. Before it does (TRUSTS=no) the page on plain HTTP says what it cannot do, and the
// check says "not yet". After (TRUSTS=yes) the check says yes and the encrypted page is a secure context without a
// warning. Both are looked at in all sizes. See `browser.mjs` for what fails a walk.
import { announce, barriers, expect, newContext, same, say, shot, walk } from "./browser.mjs";

const { HTTP_URL, HTTPS_URL, FINGERPRINT, TRUSTS } = process.env;
const origins = [new URL(HTTP_URL).origin, new URL(HTTPS_URL).origin];
const LOOKS = [["light", 1280, 800, "en-GB"], ["dark", 1920, 1080, "en-GB"], ["dark", 390, 844, "de-DE"], ["light", 390, 844, "en-GB"]];

const mode = (page) => page.getByTestId("trust-mode").getAttribute("data-secure");
async function check(page, wanted) {
  await page.getByTestId("trust-check").click();
  await page.locator(`[data-testid=trust-found][data-found=${wanted}]`).waitFor();
}

async function limited() {
  const page = await (await newContext(origins)).newPage();
  await page.goto(HTTP_URL);
  await page.getByTestId("limited").click();
  await page.getByTestId("fingerprint").waitFor();
  same([new URL(page.url()).pathname, await mode(page)], ["/trust", "false"], "the mark leads to the page");
  same((await page.getByTestId("fingerprint").innerText()).replace(/\s+/g, ":"), FINGERPRINT, "the fingerprint");
  same(await page.locator("[data-testid^=system-]").first().getAttribute("data-testid"), "system-linux", "the first system");
  await page.getByTestId("system-ios").click();
  expect((await page.getByTestId("trust-list").innerText()).includes("Certificate Trust Settings"), "steps of iOS");
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByTestId("trust-get").click()]);
  same(download.suggestedFilename(), "unison-plant-authority.crt", "the file");
  const code = await page.locator(".trust-code").evaluate((img) => img.naturalWidth);
  expect(code >= 200, `the QR code is ${code} px wide`);
  return page;
}

async function looks(url) {
  for (const [colorScheme, width, height, locale] of LOOKS) {
    const context = await newContext(origins, { viewport: { width, height }, colorScheme, locale, reducedMotion: "reduce" });
    const page = await context.newPage();
    await page.goto(`${url}/trust`);
    await page.getByTestId("trust-check").waitFor();
    same(await barriers(page, `${colorScheme} ${width}`), [], "barriers");
    const small = await page.evaluate(() => [...document.querySelectorAll("main a, main button, main summary")].filter((e) => e.getBoundingClientRect().height < 64).map((e) => e.textContent));
    same(small, [], `targets below 64 px at ${width}`);
    await page.screenshot({ path: `${process.env.SHOTS}/trust-${TRUSTS}-${colorScheme}-${width}.png`, fullPage: true });
    await context.close();
  }
  say("no barriers, nothing too wide, targets for gloves");
}

await walk(async () => {
  const page = await limited();
  if (TRUSTS === "no") {
    announce("net::ERR_CERT_AUTHORITY_INVALID", HTTPS_URL);
    await check(page, "refused");
    await shot(page, "not-yet");
    await looks(HTTP_URL);
    return;
  }
  await check(page, "trusted");
  await page.getByTestId("trust-go").click();
  await page.waitForURL(`${HTTPS_URL}/`);
  // A certificate that is not trusted would have failed this.
  const answer = await page.goto(`${HTTPS_URL}/trust`);
  const details = await answer.securityDetails();
  expect(details.issuer.startsWith("Unison Hall 1 ") && details.protocol === "TLS 1.3", JSON.stringify(details));
  await page.getByTestId("fingerprint").waitFor();
  same([await mode(page), await page.getByTestId("limited").count()], ["true", 0], "a secure context");
  expect(await page.evaluate(() => window.isSecureContext && "mediaDevices" in navigator && "serviceWorker" in navigator), "the camera is there");
  await check(page, "trusted");
  await shot(page, "trusted");
  await looks(HTTPS_URL);
});
