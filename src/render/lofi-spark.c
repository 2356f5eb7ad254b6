typedef int lofi_placeholder;
