const _: () = {
    use ::vibecode_runtime::__private as __v;
    #[automatically_derived]
    impl __v::Enumeration for Stage {
        type Entity = __v::Deals;
        const FIELD: &'static __v::str = "stageId";
        fn label(&self) -> __v::Option<&'static __v::str> {
            __v::Option::None
        }
        fn from_label(__label: &__v::str) -> __v::Option<Self> {
            __v::Option::None
        }
    }
    #[automatically_derived]
    impl __v::StatusEnum for Stage {
        fn wire_code(&self) -> &__v::str {
            match *self {
                Self::New => "C5:NEW",
                Self::Won => "C5:WON",
                Self::Other(ref __code) => __code,
            }
        }
        fn of_wire_code(__code: &__v::str) -> __v::Option<Self> {
            __v::Option::Some(
                match __code {
                    "C5:NEW" => Self::New,
                    "C5:WON" => Self::Won,
                    _ => Self::Other(__v::Into::into(__code)),
                },
            )
        }
    }
    #[automatically_derived]
    impl __v::Encode<__v::kind::Status> for Stage {
        const CLOSED_FIELD: __v::Option<__v::ClosedField> = __v::Option::Some(
            __v::ClosedField::of_codes::<Self>(),
        );
        fn encode(
            &self,
            __to: &mut __v::Encoder<'_>,
        ) -> __v::Result<(), __v::EncodeError> {
            __v::status(self, __to)
        }
    }
    #[automatically_derived]
    impl __v::Decode<__v::kind::Status> for Stage {
        const CLOSED_FIELD: __v::Option<__v::ClosedField> = __v::Option::Some(
            __v::ClosedField::of_codes::<Self>(),
        );
        fn decode(
            __answered: __v::WireValue<'_>,
        ) -> __v::Result<Self, __v::DecodeError> {
            __v::read::status(__answered)
        }
    }
};
