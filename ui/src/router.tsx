import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter as makeRouter,
  lazyRouteComponent,
  notFound,
  redirect,
} from "@tanstack/react-router";
import { ApiError, get, speakFor } from "./api/client";
import { sessionQuery } from "./api/session";
import { Failed } from "./components/State";
import { listSearch } from "./jobs/list/views/view";
import { jobSearch } from "./jobs/detail/search";
import { Login } from "./login/Login";
import { NotFound } from "./shell/NotFound";
import { Shell } from "./shell/Shell";
import { choice, one, parseSearch, stringifySearch } from "./search";
import { gallerySearch } from "./versions/gallery/search";
import type { VersionSearch } from "./versions/VersionScreen";

interface LoginSearch {
  link?: string | undefined;
  next?: string | undefined;
}

interface Context {
  cache: QueryClient;
}

const root = createRootRouteWithContext<Context>()({
  notFoundComponent: () => (
    <main>
      <NotFound />
    </main>
  ),
});

const login = createRoute({
  getParentRoute: () => root,
  path: "/login",
  component: Login,
  validateSearch: (raw: Record<string, unknown>): LoginSearch => ({ link: one(raw["link"]), next: one(raw["next"]) }),
});

async function signedIn(cache: QueryClient, href: string) {
  try {
    return await cache.query({ ...sessionQuery, staleTime: "static" });
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) {
      throw redirect({ to: "/login", search: { next: href === "/" ? undefined : href } });
    }
    throw error;
  }
}

const index = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: async ({ context, location }) => {
    const session = await signedIn(context.cache, location.href);
    throw redirect({ to: "/$org/jobs", params: { org: session.organization.name }, replace: true });
  },
});

/** Addresses without an organization, as other tools print them: /dataset/{id}, /experiment/{id} ... */
async function resolved(path: string): Promise<never> {
  const answer = await get<{ path: string }>("/resolve", { path }).catch(() => null);
  if (answer && answer.path !== path) throw redirect({ href: answer.path, replace: true });
  throw notFound();
}

const datalakeSearch = (raw: Record<string, unknown>): { q?: string | undefined; data?: string | undefined } => ({
  q: one(raw["q"]),
  data: one(raw["data"]),
});

const org = createRoute({
  getParentRoute: () => root,
  path: "/$org",
  component: Shell,
  notFoundComponent: NotFound,
  errorComponent: ({ error, reset }) => <Failed page error={error} retry={reset} />,
  beforeLoad: async ({ context, location, params }) => {
    const session = await signedIn(context.cache, location.href);
    const known = session.organizations.find(({ id, name }) => id === params.org || name === params.org);
    if (!known) await resolved(location.pathname);
    speakFor(params.org);
  },
});

const at = <Path extends string>(path: Path) => ({ getParentRoute: () => org, path });

const home = createRoute({
  ...at("/"),
  beforeLoad: ({ params }) => {
    throw redirect({ to: "/$org/jobs", params, replace: true });
  },
});

const jobs = createRoute({
  ...at("/jobs"),
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import("./jobs/list/JobsList"), "JobsList"),
});

const job = createRoute({
  ...at("/jobs/$job"),
  validateSearch: jobSearch,
  component: lazyRouteComponent(() => import("./jobs/detail/JobDetail"), "JobDetail"),
});
// the newest run, or the one in the address; the page above reads which
const newestRun = createRoute({ getParentRoute: () => job, path: "/" });
const oneRun = createRoute({ getParentRoute: () => job, path: "/runs/$run" });

const targetSearch = (raw: Record<string, unknown>): { target?: string | undefined } => ({ target: one(raw["target"]) });

const versionSearch = (raw: Record<string, unknown>): VersionSearch => ({
  show: choice(raw["show"], ["pictures", "statistics", "jobs", "history"]),
  ...gallerySearch(raw),
});

const objects = [
  createRoute({
    ...at("/datasets"),
    component: lazyRouteComponent(() => import("./datasets/DatasetsScreen"), "DatasetsScreen"),
  }),
  createRoute({
    ...at("/dataset/$dataset"),
    component: lazyRouteComponent(() => import("./datasets/DatasetScreen"), "DatasetScreen"),
  }),
  createRoute({
    ...at("/dataset/$dataset/version/$version"), // as jobs name it
    beforeLoad: ({ params }) => {
      throw redirect({ to: "/$org/dataset/$dataset/version/$version/assets", params, replace: true });
    },
  }),
  createRoute({
    ...at("/dataset/$dataset/version/$version/assets"),
    validateSearch: versionSearch,
    component: lazyRouteComponent(() => import("./versions/VersionScreen"), "VersionScreen"),
  }),
  createRoute({
    ...at("/dataset/$dataset/version/$version/pictures/$asset"),
    validateSearch: gallerySearch,
    component: lazyRouteComponent(() => import("./versions/picture/PictureScreen"), "PictureScreen"),
  }),
  createRoute({
    ...at("/projects"),
    component: lazyRouteComponent(() => import("./projects/ProjectsScreen"), "ProjectsScreen"),
  }),
  createRoute({
    ...at("/project/$project"),
    component: lazyRouteComponent(() => import("./projects/ProjectScreen"), "ProjectScreen"),
  }),
  createRoute({
    ...at("/project/$project/experiment/$experiment"),
    component: lazyRouteComponent(() => import("./experiments/ExperimentScreen"), "ExperimentScreen"),
  }),
  createRoute({
    ...at("/processings"),
    validateSearch: targetSearch,
    component: lazyRouteComponent(() => import("./processings/ProcessingsScreen"), "ProcessingsScreen"),
  }),
  createRoute({
    ...at("/processings/$processing"),
    validateSearch: targetSearch,
    component: lazyRouteComponent(() => import("./processings/ProcessingScreen"), "ProcessingScreen"),
  }),
  createRoute({
    ...at("/datalake"), // the one that there is, as a rule
    validateSearch: datalakeSearch,
    component: lazyRouteComponent(() => import("./datalake/DatalakeScreen"), "DatalakeScreen"),
  }),
  createRoute({
    ...at("/datalake/$datalake"),
    validateSearch: datalakeSearch,
    component: lazyRouteComponent(() => import("./datalake/DatalakeScreen"), "DatalakeScreen"),
  }),
  createRoute({
    ...at("/model/$model/version/$modelVersion"),
    component: lazyRouteComponent(() => import("./models/ModelVersionScreen"), "ModelVersionScreen"),
  }),
];

export function createAppRouter(cache: QueryClient) {
  return makeRouter({
    routeTree: root.addChildren([index, login, org.addChildren([home, jobs, job.addChildren([newestRun, oneRun]), ...objects])]),
    context: { cache },
    parseSearch,
    stringifySearch,
    defaultPreload: "intent",
    defaultPreloadStaleTime: 0,
    scrollRestoration: false,
    defaultErrorComponent: ({ error, reset }) => <Failed page error={error} retry={reset} />,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
