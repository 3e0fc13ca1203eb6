import js from "@eslint/js";
import hooks from "eslint-plugin-react-hooks";
import globals from "globals";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["node_modules", "dist", "src/api/openapi.ts"] },
  js.configs.recommended,
  {
    files: ["public/*.js"],
    languageOptions: { globals: globals.browser, sourceType: "script" },
  },
  {
    files: ["**/*.ts", "**/*.tsx"],
    extends: [...tseslint.configs.strictTypeChecked],
    plugins: { "react-hooks": hooks },
    languageOptions: { parserOptions: { projectService: true }, globals: globals.browser },
    rules: {
      ...hooks.configs.recommended.rules,
      // numbers in template strings are what labels are made of
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // `() => doIt()` as a handler reads better than a block
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      // TanStack Router's redirect() and notFound() are thrown by design
      "@typescript-eslint/only-throw-error": "off",
    },
  },
  {
    // one place talks to the server
    files: ["src/**/*.ts", "src/**/*.tsx"],
    ignores: ["src/api/**"],
    rules: { "no-restricted-globals": ["error", "fetch", "EventSource", "XMLHttpRequest"] },
  },
);
