import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { modelVersionQuery } from "../api/models";
import { Facts } from "../components/Facts";
import { Loaded } from "../components/Loaded";
import { valuesOf } from "../components/values";
import { Screen } from "../components/Screen";

/** One set of a model's files, labels and parameters; what a training starts from. */
export function ModelVersionScreen() {
  const { modelVersion = "" } = useParams({ strict: false });
  const query = useQuery(modelVersionQuery(modelVersion));
  return (
    <Screen title={query.data ? `${query.data.model.name} / ${query.data.name}` : ""}>
      <Loaded query={query}>
        {(version) => (
          <>
            <p>{version.description}</p>
            <Facts title="Parameters" rows={valuesOf(version.parameters)} empty="none" />
          </>
        )}
      </Loaded>
    </Screen>
  );
}
