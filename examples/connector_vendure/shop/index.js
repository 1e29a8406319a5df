// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
//
// Start a shop with its catalogue in memory, and print one line of JSON when it answers:
//
//     {"url": "http://127.0.0.1:3000", "api_key": "…"}
//
// Variables: PORT (default: 3000, 0 for a free one), FILES (folder of the images), and
// EXIT_WITH_STDIN (stop when the input is closed).
// It listens on this machine only, sends nothing to Vendure, and loses its records when it
// stops. So its password need not be secret; that of a real shop must be.

process.env.VENDURE_DISABLE_TELEMETRY = "true";

const os = require("node:os");
const path = require("node:path");
const { AssetServerPlugin } = require("@vendure/asset-server-plugin");
const {
    bootstrap,
    DefaultLogger,
    dummyPaymentHandler,
    JobQueueService,
    LogLevel,
} = require("@vendure/core");
const { populate } = require("./populate");
const { WebhookPlugin } = require("./webhooks");

const password = "a-password-for-tests";
const files = process.env.FILES || path.join(os.tmpdir(), "connector-vendure-shop");

const config = {
    apiOptions: {
        cors: false,
        hostname: "127.0.0.1",
        port: Number(process.env.PORT || 3000),
    },
    authOptions: {
        tokenMethod: ["bearer", "api-key"],
        superadminCredentials: { identifier: "superadmin", password },
    },
    dbConnectionOptions: { type: "sqljs", synchronize: true },
    importExportOptions: { importAssetsDir: path.join(files, "import") },
    logger: new DefaultLogger({ level: LogLevel.Error, timestamp: false }),
    paymentOptions: { paymentMethodHandlers: [dummyPaymentHandler] },
    plugins: [
        AssetServerPlugin.init({
            route: "assets",
            assetUploadDir: path.join(files, "assets"),
        }),
        WebhookPlugin,
    ],
};

async function main() {
    const app = await bootstrap(config);
    await app.get(JobQueueService).start();
    const url = `http://127.0.0.1:${app.getHttpServer().address().port}`;
    const apiKey = await populate(app, url, password);
    console.log(JSON.stringify({ url, api_key: apiKey }));
}

if (process.env.EXIT_WITH_STDIN) {
    process.stdin.on("close", () => process.exit()).resume();
}
main().catch((error) => {
    console.error(error);
    process.exit(1);
});
