/** A number to be typed; what is out of its bounds is not taken, and gone when the field is left. */

interface Props {
  id: string;
  label: string;
  value: number;
  set: (value: number) => void;
  min: number;
  max: number;
  step: number | "any";
}

export function NumberField({ id, label, value, set, ...limits }: Props) {
  return (
    <label class="field">
      <span>{label}</span>
      <input
        id={id}
        type="number"
        inputMode="decimal"
        value={value}
        {...limits}
        onInput={({ currentTarget: { valueAsNumber: number, validity } }) => {
          if (validity.valid && !Number.isNaN(number)) set(number);
        }}
        onBlur={({ currentTarget }) => (currentTarget.value = String(value))}
      />
    </label>
  );
}
