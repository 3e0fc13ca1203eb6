import {
  ActionIcon,
  Button,
  Checkbox,
  createTheme,
  type CSSVariablesResolver,
  Drawer,
  Input,
  Menu,
  Modal,
  Popover,
  Portal,
  Radio,
  SegmentedControl,
  Tooltip,
} from "@mantine/core";
import styles from "./mantine.module.css";

const sizes = { xs: "11px", sm: "13px", md: "14px", lg: "16px", xl: "20px" };

export const theme = createTheme({
  fontFamily: "var(--font)",
  fontFamilyMonospace: "var(--mono)",
  fontSizes: sizes,
  defaultRadius: "var(--radius)",
  cursorType: "pointer",
  respectReducedMotion: true,
  components: {
    Button: Button.extend({ defaultProps: { variant: "default" }, classNames: { root: styles.button } }),
    ActionIcon: ActionIcon.extend({
      defaultProps: { variant: "subtle" },
      classNames: { root: styles.icon },
    }),
    Input: Input.extend({ classNames: { input: styles.input } }),
    Checkbox: Checkbox.extend({ classNames: { input: styles.check, icon: styles.checkIcon, label: styles.checkLabel } }),
    Radio: Radio.extend({ classNames: { radio: styles.check, icon: styles.checkIcon, label: styles.checkLabel } }),
    SegmentedControl: SegmentedControl.extend({
      classNames: { root: styles.segments, indicator: styles.segment, label: styles.segmentLabel },
    }),
    InputWrapper: Input.Wrapper.extend({
      defaultProps: { inputWrapperOrder: ["label", "input", "description", "error"] },
      classNames: { label: styles.label, description: styles.description, error: styles.error },
    }),
    Menu: Menu.extend({
      defaultProps: { shadow: "none", transitionProps: { duration: 80 }, withInitialFocusPlaceholder: false },
      classNames: { dropdown: styles.dropdown, item: styles.item, label: styles.group, divider: styles.divider },
    }),
    Popover: Popover.extend({
      defaultProps: { shadow: "none", transitionProps: { duration: 80 } },
      classNames: { dropdown: styles.dropdown },
    }),
    Modal: Modal.extend({
      defaultProps: { centered: true, closeButtonProps: { "aria-label": "Close" }, transitionProps: { duration: 100 } },
      classNames: { content: styles.modal, header: styles.modalHeader, title: styles.modalTitle, body: styles.modalBody },
    }),
    Drawer: Drawer.extend({
      defaultProps: { closeButtonProps: { "aria-label": "Close" }, transitionProps: { duration: 120 } },
      classNames: { content: styles.drawer, header: styles.drawerHeader, title: styles.modalTitle },
    }),
    // everything that floats lives in one named region of the page
    Portal: Portal.extend({ defaultProps: { target: "#pop-ups" } }),
    Tooltip: Tooltip.extend({
      defaultProps: { openDelay: 250, transitionProps: { duration: 60 } },
      classNames: { tooltip: styles.tooltip },
    }),
  },
});

/** Mantine speaks in its own variables: each is one of our tokens. */
const tokens = {
  "--mantine-color-body": "var(--bg)",
  "--mantine-color-text": "var(--text)",
  "--mantine-color-dimmed": "var(--dim)",
  "--mantine-color-placeholder": "var(--faint)",
  "--mantine-color-error": "var(--bad)",
  "--mantine-color-default": "var(--raise)",
  "--mantine-color-default-hover": "var(--raise)",
  "--mantine-color-default-color": "var(--text)",
  "--mantine-color-default-border": "var(--line)",
  "--mantine-color-disabled": "var(--raise)",
  "--mantine-color-disabled-color": "var(--faint)",
  "--mantine-color-disabled-border": "var(--line)",
  "--mantine-primary-color-filled": "var(--amber)",
  "--mantine-primary-color-filled-hover": "var(--amber)",
  "--mantine-primary-color-contrast": "var(--on-amber)",
  "--mantine-primary-color-light": "var(--amber-wash)",
  "--mantine-primary-color-light-color": "var(--amber)",
  "--mantine-color-anchor": "var(--amber)",
};

export const resolver: CSSVariablesResolver = () => ({
  variables: {},
  light: tokens,
  dark: tokens,
});
