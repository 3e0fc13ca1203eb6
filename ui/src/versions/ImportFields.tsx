import { Checkbox, NativeSelect, SegmentedControl } from "@mantine/core";
import type { ImportOptions, Mode } from "../api/imports";
import { MoreOptions } from "../components/MoreOptions";
import styles from "./Dialog.module.css";

const MODES: { value: Mode; label: string; means: string }[] = [
  { value: "replace", label: "Replace", means: "Pictures that the file names lose the annotations that they have; Check says how many." },
  { value: "keep", label: "Keep", means: "Pictures that are annotated already stay as they are." },
  { value: "concatenate", label: "Add", means: "Shapes of the file are added to those that are there." },
];

const FORMATS = [
  { value: "auto", label: "Find out" },
  { value: "coco", label: "COCO" },
  { value: "yolo", label: "YOLO" },
  { value: "voc", label: "Pascal VOC" },
  { value: "cvat", label: "CVAT" },
  { value: "labelme", label: "LabelMe" },
  { value: "via", label: "VIA" },
];

const MATCHING = [
  { value: "auto", label: "Any of these, in this order" },
  { value: "filename", label: "File name" },
  { value: "object_name", label: "Object name" },
  { value: "data_id", label: "Data id" },
  { value: "asset_id", label: "Asset id" },
];

interface Props {
  options: ImportOptions;
  change: (changed: Partial<ImportOptions>) => void;
}

/** How a file is to be imported. */
export function ImportFields({ options, change }: Props) {
  return (
    <>
      <div>
        <SegmentedControl
          fullWidth
          aria-label="What happens to annotations that are there"
          data={MODES.map(({ value, label }) => ({ value, label }))}
          value={options.mode}
          onChange={(mode) => change({ mode })}
        />
        <p className={styles.hint}>{MODES.find((one) => one.value === options.mode)?.means}</p>
      </div>
      <Checkbox
        label="Skip bad records"
        description="They can be downloaded, mended and imported again. Otherwise one bad record stops the import and nothing is changed."
        checked={options.skip_bad}
        onChange={(event) => change({ skip_bad: event.currentTarget.checked })}
      />
      <MoreOptions>
        <div className={styles.more}>
          <NativeSelect
            label="Format"
            data={FORMATS}
            value={options.format}
            onChange={(event) => change({ format: event.currentTarget.value })}
          />
          <NativeSelect
            label="The file calls pictures by"
            data={MATCHING}
            value={options.matching}
            onChange={(event) => change({ matching: event.currentTarget.value })}
          />
          <Checkbox
            label="Make labels that are missing"
            checked={options.create_labels}
            onChange={(event) => change({ create_labels: event.currentTarget.checked })}
          />
          <Checkbox
            label="Take in pictures that were not uploaded yet"
            description="They stand by name and size until their file comes. Otherwise they are bad records."
            checked={options.force_placeholders}
            onChange={(event) => change({ force_placeholders: event.currentTarget.checked })}
          />
        </div>
      </MoreOptions>
    </>
  );
}
