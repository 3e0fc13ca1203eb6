import { Fieldset, Group, Input, NumberInput, TagsInput, TextInput } from "@mantine/core";
import type { Json, JsonObject, VersionDetail } from "../../api/types";
import { useTags } from "../../api/versions";
import { textOf } from "../../components/values";
import { EVERYTHING } from "./draft";

interface Props {
  version: VersionDetail;
  description: string;
  value: Json;
  error: string | undefined;
  change: (value: Json) => void;
}

/** Which pictures an operation is about: all that is given must hold. */
export function PictureFields({ version: { id, labels }, description, value, error, change }: Props) {
  const said: JsonObject = { ...EVERYTHING, ...(value as JsonObject) };
  const set = (name: string) => (given: Json) => change({ ...said, [name]: given });
  return (
    <Fieldset legend="Pictures">
      <TagsInput
        label="With one of these labels"
        description={description}
        data={labels.map(({ name }) => name)}
        value={said["labels"] as string[]}
        onChange={set("labels")}
      />
      <TagsInput label="With one of these tags" data={useTags(id)} value={said["tags"] as string[]} onChange={set("tags")} />
      <TextInput
        label="Found by this search"
        placeholder="A part of the name, or -label:apple shapes:1..3"
        value={textOf(said["q"] ?? "")}
        onChange={(event) => set("q")(event.currentTarget.value)}
      />
      <Group grow>
        <Shapes label="At least so many shapes" value={said["min_shapes"] ?? null} change={set("min_shapes")} />
        <Shapes label="At most so many shapes" value={said["max_shapes"] ?? null} change={set("max_shapes")} />
      </Group>
      {error && <Input.Error role="alert">{error}</Input.Error>}
    </Fieldset>
  );
}

function Shapes({ label, value, change }: { label: string; value: Json; change: (value: Json) => void }) {
  return (
    <NumberInput
      label={label}
      min={0}
      allowDecimal={false}
      value={typeof value === "number" ? value : ""}
      onChange={(typed) => change(typed === "" ? null : Number(typed))}
    />
  );
}
