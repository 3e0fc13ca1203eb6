import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { MapPinOff } from "lucide-react";
import { useTitle } from "../components/Screen";
import { State } from "../components/State";

export function NotFound() {
  useTitle("Not found");
  return (
    <State
      page
      icon={MapPinOff}
      title="This page does not exist"
      action={
        <Button component={Link} to="/" variant="filled">
          To the jobs
        </Button>
      }
    >
      The address may be mistyped, or what it named was removed.
    </State>
  );
}
