import { NativeSelect, NumberInput, PasswordInput, Switch, TextInput } from "@mantine/core";
import type { ReactNode } from "react";
import type { Json, JsonObject, Parameter } from "../api/types";
import { textOf } from "./values";
import styles from "./ParameterForm.module.css";

interface Props {
  rules: Record<string, Parameter>;
  values: JsonObject;
  change: (values: JsonObject) => void;
  /** What is wrong with a value, by the parameter's name. */
  errors?: Record<string, ReactNode>;
  /** Secrets that an earlier run has, and that stay unless they are given anew. */
  kept?: readonly string[];
}

/** One field for each parameter, typed and bounded as the package says. */
export function ParameterForm({ rules, values, change, errors = {}, kept = [] }: Props) {
  return (
    <div className={styles.fields}>
      {Object.entries(rules).map(([name, rule]) => (
        <Field
          key={name}
          name={name}
          rule={rule}
          value={values[name] ?? null}
          error={errors[name]}
          kept={kept.includes(name)}
          change={(value) => change({ ...values, [name]: value })}
        />
      ))}
    </div>
  );
}

interface FieldProps {
  name: string;
  rule: Parameter;
  value: Json;
  change: (value: Json) => void;
  error: ReactNode;
  kept: boolean;
}

function Field({ name, rule, value, change, error, kept }: FieldProps) {
  const common = { label: name, description: help(rule), required: rule.required === true && !kept, error };
  switch (rule.type) {
    case "integer":
    case "number":
      return (
        <NumberInput
          {...common}
          value={typeof value === "number" ? value : ""}
          onChange={(typed) => change(typed === "" ? null : Number(typed))}
          allowDecimal={rule.type === "number"}
          clampBehavior="none" // the server says what does not fit; a value that changes by itself is worse
          {...(typeof rule.min === "number" && { min: rule.min })}
          {...(typeof rule.max === "number" && { max: rule.max })}
        />
      );
    case "boolean":
      return (
        <Switch
          {...common}
          required={false}
          checked={value === true}
          onChange={(event) => change(event.currentTarget.checked)}
        />
      );
    case "choice":
      return (
        <NativeSelect
          {...common}
          value={textOf(value)}
          data={(rule.choices ?? []).map(textOf)}
          onChange={(event) => change(chosen(rule, event.currentTarget.value))}
        />
      );
    case "secret":
      return (
        <PasswordInput
          {...common}
          value={textOf(value)}
          autoComplete="off"
          {...(kept && { placeholder: "Kept; type to replace it" })}
          onChange={(event) => change(event.currentTarget.value)}
        />
      );
    default:
      return (
        <TextInput {...common} value={textOf(value)} onChange={(event) => change(event.currentTarget.value)} />
      );
  }
}

const chosen = (rule: Parameter, text: string): Json =>
  (rule.choices ?? []).find((one) => textOf(one) === text) ?? text;

function help(rule: Parameter): string {
  const low = rule.min ?? null;
  const high = rule.max ?? null;
  const range =
    low !== null && high !== null ? `${low} to ${high}` : low !== null ? `at least ${low}` : high !== null ? `at most ${high}` : "";
  return [rule.help, range].filter(Boolean).join(" · ");
}

/** What a form starts with: the defaults of the rules, and of parameters that have no rule. */
export function startValues(rules: Record<string, Parameter>, defaults: JsonObject): JsonObject {
  const ruled = Object.entries(rules).map(([name, rule]) => [name, rule.default ?? null] as const);
  return { ...Object.fromEntries(ruled), ...defaults };
}

/** Rules for parameters that only have a default: its type is the rule. */
export function impliedRules(rules: Record<string, Parameter>, defaults: JsonObject): Record<string, Parameter> {
  const implied = Object.entries(defaults)
    .filter(([name]) => !(name in rules))
    .map(([name, value]) => [name, { type: typeOf(value), default: value }] as const);
  return { ...rules, ...Object.fromEntries(implied) };
}

function typeOf(value: Json): Parameter["type"] {
  if (typeof value === "boolean") return "boolean";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return "string";
}
