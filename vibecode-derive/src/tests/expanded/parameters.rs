///Changes to one of the deals, made by [`Sale::patch`].
#[must_use = "a patch does nothing until it is sent"]
pub(crate) struct SalePatch<'a, T: Clone, const N: usize = 1>(
    facade::vibecode::__private::Body,
    facade::vibecode::__private::PhantomData<fn() -> Sale<'a, T, N>>,
)
where
    T: 'a;
const _: () = {
    use facade::vibecode::__private as __v;
    #[automatically_derived]
    impl<'a, T: Clone, const N: usize> __v::Patch for SalePatch<'a, T, N>
    where
        T: 'a,
    {
        type Entity = __v::Deals;
        const WIRE_NAMES: &'static [&'static __v::str] = &[
            "title",
            "comments",
            "ufCrmMarks",
        ];
        fn body(&self) -> &__v::Body {
            &self.0
        }
    }
    #[automatically_derived]
    impl<'a, T: Clone, const N: usize> __v::PatchOf<__v::Deals> for SalePatch<'a, T, N>
    where
        T: 'a,
    {}
    #[automatically_derived]
    impl<'a, T: Clone, const N: usize> __v::Clone for SalePatch<'a, T, N>
    where
        T: 'a,
    {
        fn clone(&self) -> Self {
            Self(__v::Clone::clone(&self.0), __v::PhantomData)
        }
    }
    #[automatically_derived]
    impl<'a, T: Clone, const N: usize> __v::Default for SalePatch<'a, T, N>
    where
        T: 'a,
    {
        fn default() -> Self {
            Self(__v::Body::of::<__v::Deals>(), __v::PhantomData)
        }
    }
    #[automatically_derived]
    impl<'a, T: Clone, const N: usize> __v::Debug for SalePatch<'a, T, N>
    where
        T: 'a,
    {
        fn fmt(&self, __f: &mut __v::Formatter<'_>) -> __v::fmt::Result {
            __f.debug_tuple("SalePatch").field(&self.0).finish()
        }
    }
    #[automatically_derived]
    impl<'a, T: Clone, const N: usize> __v::Serialize for SalePatch<'a, T, N>
    where
        T: 'a,
    {
        fn serialize<__S: __v::Serializer>(
            &self,
            __to: __S,
        ) -> __v::Result<__S::Ok, __S::Error> {
            __v::Serialize::serialize(&self.0, __to)
        }
    }
    #[automatically_derived]
    impl<'a, T: Clone, const N: usize> SalePatch<'a, T, N>
    where
        T: 'a,
    {
        /// Calls a setter with the value of a `Some`. A `None` leaves the field unchanged.
        pub(crate) fn maybe<__V>(
            self,
            __value: __v::Option<__V>,
            __set: impl __v::FnOnce(Self, __V) -> Self,
        ) -> Self {
            __v::maybe(self, __value, __set)
        }
        /// Sets a field that the struct does not have, by its wire name and **without checks**.
        /// The API drops a name that it does not know and answers 200. The patch is no longer
        /// idempotent. Sending the patch fails if the struct itself has this wire name.
        pub(crate) fn set_unchecked(
            mut self,
            __name: impl __v::Into<__v::String>,
            __value: impl __v::Serialize,
        ) -> Self {
            __v::set_unchecked::<Self>(&mut self.0, __name, __value);
            self
        }
        ///Sets `title`: Deal name (string).
        pub(crate) fn title(self, __value: impl __v::TakenAs<__v::str>) -> Self {
            Self(
                <&str as __v::TextField>::set(
                    self.0,
                    "title",
                    __v::AsRef::<__v::str>::as_ref(&__value),
                ),
                __v::PhantomData,
            )
        }
        ///Sets `comments`: Comment (string).
        pub(crate) fn comments<__V: __v::Encode<__v::kind::Text>>(
            self,
            __value: __V,
        ) -> Self {
            Self(
                <__V as __v::TextField>::set(self.0, "comments", __value),
                __v::PhantomData,
            )
        }
        ///Clears `comments` by sending `""`.
        pub(crate) fn clear_comments(self) -> Self {
            Self(__v::clear(self.0, "comments", "\"\""), __v::PhantomData)
        }
        ///Sets the user field `ufCrmMarks` (integer, multiple).
        pub(crate) fn marks(self, __value: impl __v::TakenInto<[i64; N]>) -> Self {
            Self(
                <[i64; N] as __v::IntegerListField>::set(self.0, "ufCrmMarks", __value),
                __v::PhantomData,
            )
        }
    }
    #[automatically_derived]
    impl<'a, T: Clone, const N: usize> __v::ToPatch for Sale<'a, T, N>
    where
        T: 'a,
        T: __v::Encode<__v::kind::Text>,
    {
        fn present(&self, __body: &mut __v::Body) {
            __v::some_text(&self.title).set(__body, "title");
            __v::any_text(&self.comments).set(__body, "comments");
            __v::some_integer_list(&self.marks).set_list(__body, "ufCrmMarks");
        }
    }
    #[automatically_derived]
    impl<'a, T: Clone, const N: usize> Sale<'a, T, N>
    where
        T: 'a,
    {
        /// Creates a patch without changes.
        pub(crate) fn patch() -> SalePatch<'a, T, N> {
            __v::Default::default()
        }
        /// Creates a patch from all values that are present in this struct. `None` and an empty
        /// list leave the field unchanged. Phones and emails are added.
        pub(crate) fn to_patch(&self) -> SalePatch<'a, T, N>
        where
            T: __v::Encode<__v::kind::Text>,
        {
            let mut __patch: SalePatch<'a, T, N> = __v::Default::default();
            __v::ToPatch::present(self, &mut __patch.0);
            __patch
        }
    }
};
