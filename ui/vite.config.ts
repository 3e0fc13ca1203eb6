import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const server = process.env["SAFELIGHT_URL"] ?? "http://localhost:8000";

export default defineConfig(async ({ mode }) => ({
  plugins: [react(), ...(mode === "mock" ? [(await import("./dev/plugin.ts")).mock()] : [])],
  build: {
    outDir: "../src/safelight/static",
    emptyOutDir: true,
    target: "es2023",
    assetsInlineLimit: 2048,
    chunkSizeWarningLimit: 700,
  },
  // the host stays as the browser says it: the server takes writes from its own page only
  server: mode === "mock" ? {} : { proxy: { "/api": { target: server, changeOrigin: false } } },
  test: { include: ["src/**/*.test.ts"], environment: "node" },
}));
