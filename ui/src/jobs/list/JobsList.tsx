import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { BookmarkX } from "lucide-react";
import { viewsQuery } from "../../api/views";
import { Screen } from "../../components/Screen";
import { Bones } from "../../components/Skeleton";
import { Failed, State } from "../../components/State";
import { Listing } from "./Listing";

/** Every job of the organization, or those of a saved view. */
export function JobsList() {
  const search = useSearch({ from: "/$org/jobs" });
  const views = useQuery(viewsQuery);
  if (!search.view) return <Listing search={search} view={null} />;
  const view = views.data?.items.find(({ id }) => id === search.view);
  if (view) return <Listing key={view.id} search={search} view={view} />;
  return (
    <Screen title="Jobs">
      {views.isPending ? (
        <Bones rows={9} label="Loading the view" />
      ) : views.isError ? (
        <Failed error={views.error} retry={() => void views.refetch()} />
      ) : (
        <NoView />
      )}
    </Screen>
  );
}

function NoView() {
  const navigate = useNavigate({ from: "/$org/jobs" });
  return (
    <State icon={BookmarkX} title="There is no such view" action={<Button onClick={() => void navigate({ search: {} })}>Show all jobs</Button>}>
      It was deleted, or its owner keeps it to themselves now.
    </State>
  );
}
