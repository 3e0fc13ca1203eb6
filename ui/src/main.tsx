import { MantineProvider } from "@mantine/core";
import { QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ApiError, mayRetry } from "./api/client";
import { createAppRouter } from "./router";
import "./theme/mantine.css";
import "./theme/base.css";
import { resolver, theme } from "./theme/theme";

const cache = new QueryClient({
  defaultOptions: {
    // a browser without a network still reaches a server on the same machine
    queries: { retry: mayRetry, staleTime: 5_000, refetchOnWindowFocus: false, networkMode: "always" },
    mutations: { networkMode: "always" },
  },
  queryCache: new QueryCache({ onError: leaveIfSignedOut }),
});
const router = createAppRouter(cache);

function leaveIfSignedOut(error: Error): void {
  const { pathname, href } = router.state.location;
  if (error instanceof ApiError && error.status === 401 && pathname !== "/login") {
    void router.navigate({ to: "/login", search: { next: href }, replace: true });
  }
}

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <MantineProvider theme={theme} cssVariablesResolver={resolver} defaultColorScheme="dark">
        <QueryClientProvider client={cache}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  );
}
