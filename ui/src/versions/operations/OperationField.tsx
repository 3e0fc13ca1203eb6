import { Checkbox, MultiSelect, NativeSelect, NumberInput, TagsInput, Textarea, TextInput } from "@mantine/core";
import type { Json, OperationParameter, VersionDetail } from "../../api/types";
import { useTags } from "../../api/versions";
import { textOf } from "../../components/values";
import { VersionSelect, VersionsSelect } from "../../components/VersionSelect";
import { words } from "./draft";
import { PictureFields } from "./PictureFields";

interface Props {
  parameter: OperationParameter;
  version: VersionDetail;
  value: Json;
  error: string | undefined;
  change: (value: Json) => void;
}

/** One parameter of an operation, in the form in which people give it. */
export function OperationField({ parameter, version, value, error, change }: Props) {
  const { name, form, description, choices, required, min, max } = parameter;
  const common = { label: words(name), description, required, error };
  const tags = useTags(version.id);
  const labels = version.labels.map((label) => label.name);
  switch (form) {
    case "boolean":
      return (
        <Checkbox
          label={words(name)}
          description={description}
          error={error}
          checked={value === true}
          onChange={(event) => change(event.currentTarget.checked)}
        />
      );
    case "choice":
      return (
        <NativeSelect
          {...common}
          data={choices}
          value={textOf(value)}
          onChange={(event) => change(event.currentTarget.value)}
        />
      );
    case "choices":
      return <MultiSelect {...common} data={choices} value={texts(value)} onChange={change} />;
    case "texts":
      return (
        <TagsInput {...common} data={/label/.test(name) ? labels : tags} value={texts(value)} onChange={change} />
      );
    case "versions":
      return <VersionsSelect {...common} value={texts(value)} without={version.id} change={change} />;
    case "version":
      return <VersionSelect {...common} value={textOf(value)} without={version.id} change={change} />;
    case "numbers_by_name":
    case "texts_by_name":
      return (
        <Textarea
          {...common}
          autosize
          minRows={2}
          placeholder={form === "numbers_by_name" ? "train=0.8\nval=0.2" : "old=new"}
          value={textOf(value)}
          onChange={(event) => change(event.currentTarget.value)}
        />
      );
    case "integer":
    case "number":
      return (
        <NumberInput
          {...common}
          value={typeof value === "number" ? value : ""}
          allowDecimal={form === "number"}
          clampBehavior="none" // the server says what does not fit
          {...(min !== null && { min })}
          {...(max !== null && { max })}
          onChange={(typed) => change(typed === "" ? null : Number(typed))}
        />
      );
    case "pictures":
      return <PictureFields version={version} description={description} value={value} error={error} change={change} />;
    default:
      return (
        <TextInput
          {...common}
          value={textOf(value)}
          onChange={(event) => change(event.currentTarget.value)}
        />
      );
  }
}

const texts = (value: Json): string[] => (Array.isArray(value) ? value.map(String) : []);
